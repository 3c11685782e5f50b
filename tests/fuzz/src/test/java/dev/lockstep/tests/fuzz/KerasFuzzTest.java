package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;

/** Any bytes as an archive of Keras: its directory, the settings, and the HDF5 file in it. */
class KerasFuzzTest {
    private static final Path FILE = Scratch.file("model.keras");

    @FuzzTest
    void opensOrRefuses(byte[] file) throws Exception {
        check(file);
    }

    /** True if the file is a model that would be loaded. */
    static boolean check(byte[] bytes) throws Exception {
        return Hdf5FuzzTest.check(FILE, bytes);
    }
}
