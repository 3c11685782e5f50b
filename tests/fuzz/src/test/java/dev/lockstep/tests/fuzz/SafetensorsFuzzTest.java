package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as the weights of a folder of transformers: the container, and what its tensors are. */
class SafetensorsFuzzTest {
    private static final TinyFolder FOLDER = TinyFolder.without(TinyFolder.WEIGHTS);

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if it is a model that would be loaded. */
    static boolean check(byte[] file) throws Exception {
        return FOLDER.check(TinyFolder.WEIGHTS, file);
    }
}
