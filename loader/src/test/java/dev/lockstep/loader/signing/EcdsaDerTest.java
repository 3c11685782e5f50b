package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.loader.internal.crypto.EcdsaDer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaDerTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void signaturesOfTheJdkAreCanonicalAndVerify(EcCurve curve) {
        KeyPair keys = SigningKeys.generate(curve);
        for (int i = 0; i < 50; i++) {
            byte[] der = Dsse.sign(keys.getPrivate(), SigningAlgorithm.of(curve), MESSAGE);
            assertThat(EcdsaDer.isCanonical(der)).isTrue();
            assertThat(Dsse.verify((ECPublicKey) keys.getPublic(), MESSAGE, der)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3006020101020101", "3008020200ff02020080"})
    void theShortestFormIsCanonical(String hex) {
        assertThat(EcdsaDer.isCanonical(HexFormat.of().parseHex(hex))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "30", "3000", "30060201010201", // cut short
            "300602010102010100", // bytes after the end
            "3007020101020101", "3005020101020101", // wrong outer length
            "308106020101020101", "30820006020101020101", // long form for a short length
            "3080020101020101" + "0000", // indefinite length
            "30070202000102" + "0101", // padded r
            "3006020181020101", // negative r
            "3006020100020101", "3006020101020100", // zero
            "30050200020101", // empty integer
            "3009020101020101020101", // three integers
            "3106020101020101", "3006040101020101", // wrong tags
            "30060201010208" + "01"}) // inner length beyond the end
    void everyOtherFormIsRefused(String hex) {
        assertThat(EcdsaDer.isCanonical(HexFormat.of().parseHex(hex))).isFalse();
    }

    @Test
    void bothSAndItsNegativeAreAcceptedBecauseNothingDependsOnTheBytesOfASignature() {
        KeyPair keys = SigningKeys.generate(EcCurve.P256);
        byte[] der = Dsse.sign(keys.getPrivate(), SigningAlgorithm.P256, MESSAGE);
        int rLength = der[3];
        var r = new BigInteger(Arrays.copyOfRange(der, 4, 4 + rLength));
        var s = new BigInteger(Arrays.copyOfRange(der, 6 + rLength, der.length));
        byte[] mirrored = encode(r, EcCurve.P256.parameters().getOrder().subtract(s));
        assertThat(mirrored).isNotEqualTo(der);
        assertThat(Dsse.verify((ECPublicKey) keys.getPublic(), MESSAGE, mirrored)).isTrue();
        assertThat(Dsse.verify((ECPublicKey) keys.getPublic(), MESSAGE, encode(s, r))).isFalse();
    }

    @Test
    void numbersBeyondTheCurveDoNotVerify() {
        var key = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        BigInteger n = EcCurve.P256.parameters().getOrder();
        assertThat(Dsse.verify(key, MESSAGE, encode(n, n))).isFalse();
        assertThat(Dsse.verify(key, MESSAGE, encode(n.add(BigInteger.ONE), BigInteger.ONE))).isFalse();
        assertThat(Dsse.verify(key, MESSAGE, encode(BigInteger.ONE.shiftLeft(400), BigInteger.ONE))).isFalse();
    }

    private static byte[] encode(BigInteger r, BigInteger s) {
        byte[] first = r.toByteArray();
        byte[] second = s.toByteArray();
        byte[] der = new byte[6 + first.length + second.length];
        der[0] = 0x30;
        der[1] = (byte) (der.length - 2);
        der[2] = 0x02;
        der[3] = (byte) first.length;
        System.arraycopy(first, 0, der, 4, first.length);
        der[4 + first.length] = 0x02;
        der[5 + first.length] = (byte) second.length;
        System.arraycopy(second, 0, der, 6 + first.length, second.length);
        return der;
    }

    @Test
    void thePreAuthenticationEncodingIsThatOfTheSpecification() {
        // The example of secure-systems-lab/dsse, protocol.md.
        byte[] body = "hello world".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(Dsse.preAuthenticationEncoding("http://example.com/HelloWorld", body),
                StandardCharsets.UTF_8))
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
