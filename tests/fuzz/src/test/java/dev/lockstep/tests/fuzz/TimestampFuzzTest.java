package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as the timestamp in a keyless signature file that is sound otherwise. */
class TimestampFuzzTest {
    @FuzzTest
    void verifiesOrRefuses(byte[] response) throws Exception {
        check(response);
    }

    /** True if the bundle with it verifies: it may be of an authority that nobody knows. */
    static boolean check(byte[] response) throws Exception {
        return SigstoreFuzzTest.check(TestSigstore.bundleWith(response));
    }
}
