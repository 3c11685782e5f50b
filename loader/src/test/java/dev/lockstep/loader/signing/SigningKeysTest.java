package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.loader.internal.files.WholeFile;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.util.Arrays;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SigningKeysTest {
    @TempDir
    private Path folder;

    private Path privatePem() {
        return folder.resolve("key.pem");
    }

    private Path publicPem() {
        return folder.resolve("key.pub.pem");
    }

    private Path file(String text) throws IOException {
        Path file = folder.resolve("file.pem");
        Files.deleteIfExists(file);
        Files.createFile(file, WholeFile.ownerOnly(file));
        return Files.writeString(file, text);
    }

    private static String pem(String type, byte[] der) throws IOException {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        }
        return text.toString();
    }

    private void refuses(Path pem, boolean asPublic, String inMessage) {
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> {
                    if (asPublic) {
                        SigningKeys.readPublicKey(pem);
                    } else {
                        SigningKeys.readPrivateKey(pem, null);
                    }
                })
                .withMessageStartingWith(pem.toString())
                .withMessageContaining(inMessage);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void keysComeBackFromTheirFiles(EcCurve curve) {
        KeyPair keys = SigningKeys.generate(curve);
        SigningKeys.write(keys, privatePem(), publicPem(), null);
        KeyPair read = SigningKeys.readKeyPair(privatePem(), null);
        assertThat(((ECPrivateKey) read.getPrivate()).getS()).isEqualTo(((ECPrivateKey) keys.getPrivate()).getS());
        assertThat(read.getPublic()).isEqualTo(keys.getPublic());
        assertThat(SigningKeys.readPublicKey(publicPem())).isEqualTo(keys.getPublic());
        assertThat(EcCurve.of((ECPublicKey) read.getPublic())).isEqualTo(curve);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void encryptedKeysComeBackWithTheirPassphraseOnly(EcCurve curve) throws IOException {
        KeyPair keys = SigningKeys.generate(curve);
        SigningKeys.write(keys, privatePem(), publicPem(), "pässwörd ☃".toCharArray());
        assertThat(Files.readString(privatePem())).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        assertThat(SigningKeys.readKeyPair(privatePem(), "pässwörd ☃".toCharArray()).getPublic())
                .isEqualTo(keys.getPublic());
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> SigningKeys.readPrivateKey(privatePem(), "wrong".toCharArray()))
                .withMessageContaining("passphrase is wrong");
        refuses(privatePem(), false, "give its passphrase");
    }

    @Test
    void thePrivateFileIsForItsOwnerAloneAndNothingIsOverwritten() throws IOException {
        KeyPair keys = SigningKeys.generate(EcCurve.P256);
        SigningKeys.write(keys, privatePem(), publicPem(), null);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(privatePem()))).isEqualTo("rw-------");
        byte[] before = Files.readAllBytes(privatePem());
        KeyPair other = SigningKeys.generate(EcCurve.P256);
        Path otherPublic = folder.resolve("other.pub.pem");
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> SigningKeys.write(other, privatePem(), otherPublic, null))
                .withMessageContaining("already exists");
        assertThat(otherPublic).doesNotExist();
        Path otherPrivate = folder.resolve("other.pem");
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> SigningKeys.write(other, otherPrivate, publicPem(), null))
                .withMessageContaining("already exists");
        assertThat(otherPrivate).doesNotExist();
        assertThat(privatePem()).hasBinaryContent(before);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKeys.write(other, otherPrivate, otherPublic, new char[0]));
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void sec1KeysAreReadWithAndWithoutTheirPublicPartAndBehindParameters(EcCurve curve) throws IOException {
        KeyPair keys = SigningKeys.generate(curve);
        BigInteger d = ((ECPrivateKey) keys.getPrivate()).getS();
        int bits = curve.parameters().getOrder().bitLength();
        var oid = SECNamedCurves.getOID(curve.jcaName());
        var spki = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
        var full = new org.bouncycastle.asn1.sec.ECPrivateKey(bits, d,
                new DERBitString(spki.getPublicKeyData().getOctets()), oid);
        var bare = new org.bouncycastle.asn1.sec.ECPrivateKey(bits, d, oid);
        for (String text : new String[] {pem("EC PRIVATE KEY", full.getEncoded()),
                pem("EC PRIVATE KEY", bare.getEncoded()),
                "Some words — by a tool:\n\n" + pem("EC PARAMETERS", oid.getEncoded())
                        + pem("EC PRIVATE KEY", full.getEncoded()) + "and after\n"}) {
            assertThat(SigningKeys.readKeyPair(file(text), null).getPublic()).isEqualTo(keys.getPublic());
        }
    }

    @Test
    void aPublicKeyBetweenCommentsHasTheSameIdAsWithout() throws IOException {
        var key = (ECPublicKey) SigningKeys.generate(EcCurve.P384).getPublic();
        String text = new String(KeyId.pem(key), StandardCharsets.US_ASCII);
        var read = SigningKeys.readPublicKey(file("Public Key Info:\n\tCurve:\tSECP384R1\n\n" + text + "\nthe end"));
        assertThat(KeyId.of(read)).isEqualTo(KeyId.of(key));
        assertThat(SigningKeys.parsePublicKey(text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII), "x"))
                .isEqualTo(key);
        assertThat(TrustedKeys.of(key).byHint(KeyId.of(key).hex())).hasValue(key);
        assertThat(TrustedKeys.of(key).byHint("no hint")).isEmpty();
    }

    @Test
    void aCompressedPointIsTheSameKey() throws IOException {
        var key = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        byte[] point = SubjectPublicKeyInfo.getInstance(key.getEncoded()).getPublicKeyData().getOctets();
        byte[] compressed = Arrays.copyOf(point, 33);
        compressed[0] = (byte) (2 + (point[64] & 1));
        var spki = new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
                SECObjectIdentifiers.secp256r1), compressed);
        assertThat(KeyId.of(SigningKeys.readPublicKey(file(pem("PUBLIC KEY", spki.getEncoded())))))
                .isEqualTo(KeyId.of(key));
    }

    @Test
    void aPointThatIsNotOnTheCurveIsRefused() throws IOException {
        var key = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        byte[] der = key.getEncoded();
        der[der.length - 1] ^= 1;
        refuses(file(pem("PUBLIC KEY", der)), true, "is damaged");
        var off = new ECPoint(key.getW().getAffineX(), key.getW().getAffineY().add(BigInteger.ONE));
        assertThatIllegalArgumentException().isThrownBy(() -> EcCurve.P256.publicKey(off))
                .withMessageContaining("not a point on P-256");
        assertThatIllegalArgumentException().isThrownBy(() -> EcCurve.P256.publicKey(ECPoint.POINT_INFINITY));
    }

    @Test
    void privateAndPublicFilesAreNotMistakenForEachOther() {
        SigningKeys.write(SigningKeys.generate(EcCurve.P256), privatePem(), publicPem(), null);
        refuses(privatePem(), true, "is a private key where a public key is wanted");
        refuses(publicPem(), false, "is a public key where a private key is wanted");
    }

    @ParameterizedTest
    @CsvSource({"RSA, RSA", "Ed25519, Ed25519", "Ed448, Ed448", "X25519, X25519", "ML-DSA-44, ML-DSA-44",
        "ML-DSA-87, ML-DSA-87", "DSA, DSA"})
    void otherKindsOfKeysAreRefusedByName(String algorithm, String name) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        refuses(file(pem("PUBLIC KEY", keys.getPublic().getEncoded())), true, "the kind of key is " + name);
        refuses(file(pem("PRIVATE KEY", keys.getPrivate().getEncoded())), false, "the kind of key is " + name);
    }

    @Test
    void otherBlocksAreRefusedByName() throws IOException {
        refuses(file(pem("CERTIFICATE", new byte[] {1})), true, "is a certificate");
        refuses(file(pem("RSA PRIVATE KEY", new byte[] {1})), false, "is an RSA key");
        refuses(file(pem("RSA PUBLIC KEY", new byte[] {1})), true, "is an RSA key");
        refuses(file(pem("SOMETHING", new byte[] {1})), true, "holds a SOMETHING");
        refuses(file(pem("SOMETHING", new byte[] {1})), false, "holds a SOMETHING");
        refuses(file("no key at all"), true, "holds no PEM block");
        refuses(file(""), false, "holds no PEM block");
        refuses(folder.resolve("none"), true, "does not exist");
    }

    @Test
    void otherCurvesAreRefusedByName() throws IOException {
        var generator = SECNamedCurves.getByOID(SECObjectIdentifiers.secp256k1).getG().getEncoded(false);
        var spki = new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
                SECObjectIdentifiers.secp256k1), generator);
        refuses(file(pem("PUBLIC KEY", spki.getEncoded())), true, "secp256k1");
        var key = new org.bouncycastle.asn1.sec.ECPrivateKey(256, BigInteger.TEN, SECObjectIdentifiers.secp256k1);
        refuses(file(pem("EC PRIVATE KEY", key.getEncoded())), false, "secp256k1");
        var explicit = new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
                SECNamedCurves.getByOID(SECObjectIdentifiers.secp256r1)), generator);
        refuses(file(pem("PUBLIC KEY", explicit.getEncoded())), true, "does not name its curve");
    }

    @Test
    void aPrivateKeyOutOfRangeOrWithAForeignPublicPartIsRefused() throws IOException {
        var curve = SECObjectIdentifiers.secp256r1;
        BigInteger n = EcCurve.P256.parameters().getOrder();
        for (BigInteger d : new BigInteger[] {BigInteger.ZERO, n}) {
            var key = new org.bouncycastle.asn1.sec.ECPrivateKey(256, d, curve);
            refuses(file(pem("EC PRIVATE KEY", key.getEncoded())), false, "out of range");
        }
        var foreign = SubjectPublicKeyInfo.getInstance(SigningKeys.generate(EcCurve.P256).getPublic().getEncoded());
        var key = new org.bouncycastle.asn1.sec.ECPrivateKey(256, BigInteger.TEN,
                new DERBitString(foreign.getPublicKeyData().getOctets()), curve);
        refuses(file(pem("EC PRIVATE KEY", key.getEncoded())), false, "does not belong");
    }

    @Test
    void damagedDoubledAndHugeFilesAreRefused() throws IOException {
        var key = (ECPublicKey) SigningKeys.generate(EcCurve.P256).getPublic();
        String good = new String(KeyId.pem(key), StandardCharsets.US_ASCII);
        refuses(file(good + good), true, "more than one key");
        refuses(file(good.substring(0, good.length() / 2)), true, "not well-formed PEM");
        refuses(file(pem("PUBLIC KEY", Arrays.copyOf(key.getEncoded(), 40))), true, "is damaged");
        refuses(file(pem("PUBLIC KEY", Arrays.copyOf(key.getEncoded(), 92))), true, "is damaged");
        refuses(file(pem("PUBLIC KEY", new byte[0])), true, "is damaged");
        refuses(file(pem("PRIVATE KEY", new byte[] {0x30, 0})), false, "is damaged");
        refuses(file(pem("ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0})), false, "is damaged");
        refuses(file(" ".repeat(SigningKeys.MAX_FILE_BYTES + 1) + good), true, "larger than 65536");
        refuses(file("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
                + "-----END EC PRIVATE KEY-----\n"), false, "openssl pkcs8 -topk8");
    }

    @Test
    void anIterationCountThatWouldKeepAMachineBusyIsRefusedAtOnce() throws IOException {
        var kdf = new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2,
                new PBKDF2Params(new byte[16], EncryptedPkcs8.MAX_ITERATIONS + 1));
        var cipher = new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16]));
        var encrypted = new EncryptedPrivateKeyInfo(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2,
                new PBES2Parameters(kdf, cipher)), new byte[32]);
        Path pem = file(pem("ENCRYPTED PRIVATE KEY", encrypted.getEncoded()));
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> SigningKeys.readPrivateKey(pem, "secret".toCharArray()))
                .withMessageContaining("10000001 iterations");
    }
}
