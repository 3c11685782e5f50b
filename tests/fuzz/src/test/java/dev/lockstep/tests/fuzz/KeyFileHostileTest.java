package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key files made to exhaust a parser. The ASN.1 library refuses them today; these tests notice if a later one does not. */
class KeyFileHostileTest {
    private static final int DER_BYTES = 46_000;

    /** Sequences, constructed octet strings, tags: each within the one before it, two bytes of file for each level. */
    @ParameterizedTest
    @ValueSource(bytes = {0x30, 0x24, (byte) 0xA0})
    void deeplyNestedKeysDoNotOverflowTheStack(byte tag) throws Exception {
        byte[] der = new byte[DER_BYTES];
        for (int i = 0; i < der.length; i += 2) {
            der[i] = tag;
            der[i + 1] = (byte) 0x80;
        }
        assertThat(PublicKeyFuzzTest.check(PemFiles.of("PUBLIC KEY", der))).isFalse();
        for (String type : new String[] {"PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
            assertThat(PrivateKeyFuzzTest.check(PemFiles.of(type, der))).isFalse();
        }
    }

    @Test
    void lengthOfGigabytesIsNotAllocated() throws Exception {
        byte[] der = {0x30, (byte) 0x84, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1, 2};
        assertThat(PublicKeyFuzzTest.check(PemFiles.of("PUBLIC KEY", der))).isFalse();
    }

    /** Its decimal form takes time quadratic in its length. */
    @Test
    void objectIdentifierOfKilobytesIsRefused() throws Exception {
        byte[] der = new byte[DER_BYTES];
        Arrays.fill(der, (byte) 0xFF);
        header(der, 0, 0x30);
        header(der, 4, 0x30);
        header(der, 8, 0x06);
        der[der.length - 1] = 1;
        assertThat(PublicKeyFuzzTest.check(PemFiles.of("PUBLIC KEY", der))).isFalse();
    }

    /** Tag and two bytes of length, of an element that takes the rest of the array. */
    private static void header(byte[] der, int at, int tag) {
        int length = der.length - at - 4;
        der[at] = (byte) tag;
        der[at + 1] = (byte) 0x82;
        der[at + 2] = (byte) (length >> 8);
        der[at + 3] = (byte) length;
    }
}
