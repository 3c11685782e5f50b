package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as a {@code tokenizer.json}: refused, or a vocabulary that is good for any text. */
class TokenizerJsonFuzzTest {
    @FuzzTest
    void translatesOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if the bytes are a tokenizer. */
    static boolean check(byte[] file) throws Exception {
        return TinyTokenizers.accepts("tokenizer.json", file);
    }
}
