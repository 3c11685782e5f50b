package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.jcajce.provider.asymmetric.mldsa.BCMLDSAPublicKey;
import org.bouncycastle.openssl.PEMParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys for ML-DSA-65 in files, and between this library and BouncyCastle. */
class MlDsaKeysTest {
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final byte[] SEED = seed(7);
    private static final MLDSAPrivateKeyParameters KEY = key(SEED);

    @TempDir
    private Path folder;

    private static byte[] seed(int value) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) value);
        return seed;
    }

    private static MLDSAPrivateKeyParameters key(byte[] seed) {
        return new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_65, seed);
    }

    private static DERTaggedObject tagged(byte[] bytes) {
        return new DERTaggedObject(false, 0, new DEROctetString(bytes));
    }

    private static DERSequence both(byte[] seed, byte[] expanded) {
        var parts = new ASN1EncodableVector();
        parts.add(new DEROctetString(seed));
        parts.add(new DEROctetString(expanded));
        return new DERSequence(parts);
    }

    private static byte[] pkcs8(AlgorithmIdentifier algorithm, ASN1Encodable form) throws IOException {
        return PemText.of("PRIVATE KEY", new PrivateKeyInfo(algorithm, form).getEncoded());
    }

    private static byte[] pkcs8(ASN1Encodable form) throws IOException {
        return pkcs8(new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65), form);
    }

    private static KeyPair read(byte[] pem) {
        return SigningKeys.parseKeyPair(pem, "key.pem", null);
    }

    private static void refuses(byte[] pem, String inMessage) {
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> read(pem))
                .withMessageStartingWith("key.pem: ").withMessageContaining(inMessage);
    }

    private static void refusesPublic(byte[] der, String inMessage) {
        assertThatExceptionOfType(KeyFileException.class)
                .isThrownBy(() -> SigningKeys.parsePublicKey(PemText.of("PUBLIC KEY", der), "key.pem"))
                .withMessageStartingWith("key.pem: ").withMessageContaining(inMessage);
    }

    private static void signsFor(KeyPair keys, PublicKey publicKey) {
        byte[] signature = Dsse.sign(keys.getPrivate(), SigningAlgorithm.ML_DSA_65, MESSAGE);
        assertThat(Dsse.verify(publicKey, MESSAGE, signature)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {MLDSAPrivateKeyParameters.SEED_ONLY, MLDSAPrivateKeyParameters.EXPANDED_KEY, MLDSAPrivateKeyParameters.BOTH})
    void allThreeFormsAreReadAndAreTheSameKey(int form) throws IOException {
        var info = PrivateKeyInfoFactory.createPrivateKeyInfo(KEY.withPreferredFormat(form));
        KeyPair keys = read(PemText.of("PRIVATE KEY", info.getEncoded()));
        assertThat(keys.getPublic().getEncoded()).endsWith(KEY.getPublicKey());
        assertThat(SigningKeys.publicKeyOf(keys.getPrivate())).isEqualTo(keys.getPublic());
        signsFor(keys, keys.getPublic());
    }

    @Test
    void keysComeBackFromTheirFilesPlainAndEncrypted() {
        KeyPair keys = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
        for (char[] passphrase : new char[][] {null, "pässwörd ☃".toCharArray()}) {
            Path privatePem = folder.resolve("key-" + (passphrase != null));
            Path publicPem = folder.resolve("key.pub-" + (passphrase != null));
            SigningKeys.write(keys, privatePem, publicPem, passphrase);
            KeyPair read = SigningKeys.readKeyPair(privatePem, passphrase);
            assertThat(read.getPrivate().getEncoded()).isEqualTo(keys.getPrivate().getEncoded());
            assertThat(SigningKeys.readPublicKey(publicPem)).isEqualTo(read.getPublic()).isEqualTo(keys.getPublic());
            signsFor(read, keys.getPublic());
        }
    }

    @Test
    void keysWrittenHereAreReadByBouncyCastle() throws IOException {
        KeyPair keys = SigningKeys.generate(SigningAlgorithm.ML_DSA_65);
        Path privatePem = folder.resolve("key.pem");
        Path publicPem = folder.resolve("key.pub.pem");
        SigningKeys.write(keys, privatePem, publicPem, null);
        var info = (PrivateKeyInfo) parsedByBouncyCastle(privatePem);
        var spki = (SubjectPublicKeyInfo) parsedByBouncyCastle(publicPem);
        var privateKey = (MLDSAPrivateKeyParameters) PrivateKeyFactory.createKey(info);
        var publicKey = (MLDSAPublicKeyParameters) PublicKeyFactory.createKey(spki);
        assertThat(privateKey.getPublicKey()).isEqualTo(publicKey.getEncoded());
        assertThat(keys.getPublic().getEncoded()).endsWith(publicKey.getEncoded());
    }

    private static Object parsedByBouncyCastle(Path pem) throws IOException {
        try (var parser = new PEMParser(new StringReader(Files.readString(pem)))) {
            return parser.readObject();
        }
    }

    @Test
    void aKeyOfAnotherProviderIsTheSameKey() {
        var foreign = new BCMLDSAPublicKey(KEY.getPublicKeyParameters());
        PublicKey own = MlDsaPublicKeys.ofRaw(KEY.getPublicKey());
        assertThat(SigningAlgorithm.of(foreign)).isEqualTo(SigningAlgorithm.ML_DSA_65);
        assertThat(KeyId.of(foreign)).isEqualTo(KeyId.of(own));
        assertThat(TrustedKeys.of(foreign).keys()).containsExactly(own);
    }

    /** The rule that OpenSSF Model Signing has for its keys. */
    @Test
    void theIdIsTheHashOfThePemTextInLinesOf64() {
        PublicKey key = MlDsaPublicKeys.ofRaw(KEY.getPublicKey());
        byte[] pem = PemText.of("PUBLIC KEY", key.getEncoded());
        assertThat(new String(pem, StandardCharsets.US_ASCII).lines().mapToInt(String::length).max()).hasValue(64);
        assertThat(KeyId.of(key).hex()).isEqualTo(HexFormat.of().formatHex(Sha256.of(pem)));
    }

    @Test
    void seedsAndExpandedKeysOfAnotherLengthAreRefused() throws IOException {
        for (int bytes : new int[] {0, 31, 33, 4032}) {
            refuses(pkcs8(tagged(new byte[bytes])), "not 32 bytes long");
            refuses(pkcs8(both(new byte[bytes], KEY.getEncoded())), "not 32 bytes long");
        }
        for (int bytes : new int[] {0, 32, 4031, 4033}) {
            refuses(pkcs8(new DEROctetString(new byte[bytes])), "not 4032 bytes long");
            refuses(pkcs8(both(SEED, new byte[bytes])), "not 4032 bytes long");
        }
    }

    @Test
    void aSeedAndAnExpandedKeyThatDisagreeAreRefused() throws IOException {
        read(pkcs8(both(SEED, KEY.getEncoded())));
        refuses(pkcs8(both(seed(8), KEY.getEncoded())), "not of the same key");
        byte[] expanded = KEY.getEncoded();
        expanded[expanded.length - 1] ^= 1;
        refuses(pkcs8(both(SEED, expanded)), "not of the same key");
    }

    /** The first bytes are the seed of the matrix, later ones the secret vectors and the hash of the public key. */
    @ParameterizedTest
    @ValueSource(ints = {0, 64, 127, 128, 500})
    void anExpandedKeyThatIsDamagedIsRefused(int at) throws IOException {
        byte[] expanded = KEY.getEncoded();
        expanded[at] ^= 2;
        refuses(pkcs8(new DEROctetString(expanded)), "is damaged");
    }

    /** The last part of an expanded key takes no part in its public key; only a signature shows that it is wrong. */
    @Test
    void damageThatDoesNotShowInTheKeyShowsBeforeASignatureIsWritten() throws IOException {
        byte[] expanded = KEY.getEncoded();
        Arrays.fill(expanded, 3000, expanded.length, (byte) 0x55);
        KeyPair damaged = read(pkcs8(new DEROctetString(expanded)));
        Path model = Files.writeString(folder.resolve("model.gguf"), "weights");
        Path signature = folder.resolve("model.gguf.sig");
        assertThatExceptionOfType(SigningException.class)
                .isThrownBy(() -> ModelSigner.sign(model, damaged, signature, List.of()))
                .withMessageContaining("does not verify, so it is not written");
        assertThat(signature).doesNotExist();
    }

    @Test
    void structuresThatAreNoneOfTheThreeFormsAreRefused() throws IOException {
        refuses(pkcs8(new DERTaggedObject(false, 1, new DEROctetString(SEED))), "neither a seed nor an expanded key");
        refuses(pkcs8(new DERSequence(new DEROctetString(SEED))), "neither a seed nor an expanded key");
        refuses(pkcs8(new ASN1ObjectIdentifier("1.2.3")), "neither a seed nor an expanded key");
        refuses(pkcs8(new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65, DERNull.INSTANCE), tagged(SEED)), "has parameters");
    }

    @Test
    void aPublicKeyInsideThatIsAnotherOneIsRefused() throws IOException {
        var algorithm = new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65);
        var right = new PrivateKeyInfo(algorithm, tagged(SEED), null, KEY.getPublicKey());
        var wrong = new PrivateKeyInfo(algorithm, tagged(SEED), null, key(seed(8)).getPublicKey());
        read(PemText.of("PRIVATE KEY", right.getEncoded()));
        refuses(PemText.of("PRIVATE KEY", wrong.getEncoded()), "does not belong to the private key");
    }

    @Test
    void aPublicKeyHasOneEncodingAndOneLength() throws IOException {
        byte[] der = MlDsaPublicKeys.ofRaw(KEY.getPublicKey()).getEncoded();
        for (int bytes : new int[] {1951, 1953}) {
            var spki = new SubjectPublicKeyInfo(new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65), new byte[bytes]);
            refusesPublic(spki.getEncoded(), "1974 bytes");
        }
        var withParameters = new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65, DERNull.INSTANCE), KEY.getPublicKey());
        refusesPublic(withParameters.getEncoded(), "1974 bytes");
        refusesPublic(Arrays.copyOf(der, der.length + 1), "is damaged");
        refusesPublic(Arrays.copyOf(der, der.length - 1), "is damaged");
        byte[] unusedBits = der.clone();
        unusedBits[der.length - 1953] = 1;
        refusesPublic(unusedBits, "is damaged");
        assertThatIllegalArgumentException().isThrownBy(() -> MlDsaPublicKeys.ofRaw(new byte[1951]));
    }

    @Test
    void keysOfTheOtherParameterSetsAreRefusedByNameWhereverTheyAreOffered() throws Exception {
        for (var name : new String[] {"ML-DSA-44", "ML-DSA-87"}) {
            var keys = KeyPairGenerator.getInstance(name).generateKeyPair();
            refusesPublic(keys.getPublic().getEncoded(), "the kind of key is " + name
                    + "; keys on P-256, P-384 or P-521, and keys for ML-DSA-65, are accepted");
            refuses(PemText.of("PRIVATE KEY", keys.getPrivate().getEncoded()), "the kind of key is " + name);
            assertThatIllegalArgumentException().isThrownBy(() -> TrustedKeys.of(keys.getPublic())).withMessageContaining("ML-DSA-65");
            assertThatIllegalArgumentException().isThrownBy(() -> KeyId.of(keys.getPublic()));
            assertThatIllegalArgumentException().isThrownBy(() -> SigningKeys.publicKeyOf(keys.getPrivate()));
        }
    }

    @Test
    void algorithmsAreFoundByTheNamesOfTheirStandards() {
        for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
            assertThat(SigningAlgorithm.named(algorithm.label())).hasValue(algorithm);
            assertThat(SigningAlgorithm.named(algorithm.name())).hasValue(algorithm);
            assertThat(SigningAlgorithm.of(SigningKeys.generate(algorithm).getPublic())).isEqualTo(algorithm);
        }
        assertThat(SigningAlgorithm.named("ml-dsa-65")).hasValue(SigningAlgorithm.ML_DSA_65);
        assertThat(SigningAlgorithm.named("ML-DSA-87")).isEmpty();
    }
}
