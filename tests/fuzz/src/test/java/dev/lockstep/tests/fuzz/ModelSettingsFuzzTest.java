package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as a {@code config.json}: the settings of a model, and what they make of its tensors. */
class ModelSettingsFuzzTest {
    private static final TinyFolder FOLDER = TinyFolder.without(TinyFolder.CONFIG);

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if it is a model that would be loaded. */
    static boolean check(byte[] file) throws Exception {
        return FOLDER.check(TinyFolder.CONFIG, file);
    }
}
