package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as the index of a sharded model: no file outside of its folder is opened. */
class ShardIndexFuzzTest {
    private static final TinyFolder FOLDER = TinyFolder.without(TinyFolder.INDEX);

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if it is a model that would be loaded. */
    static boolean check(byte[] file) throws Exception {
        return FOLDER.check(TinyFolder.INDEX, file);
    }
}
