package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentities;
import dev.lockstep.loader.age.AgeReader;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.age.X25519Identity;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A signed model of which some files lie there encrypted: its signature holds, and nothing else passes for the signed files. */
class EncryptedModelTest {
    private static final KeyPair KEYS = SigningKeys.generate(SigningAlgorithm.P256);
    private static final TrustedSigners TRUSTED = TrustedSigners.of(KEYS.getPublic());
    private static final long SEED = 0xA6E;
    /** Several chunks of age and several of the hasher's buffers, the last ones not full. */
    private static final int WEIGHT_BYTES = (2 << 20) + AgeReader.CHUNK_BYTES + 12_345;
    private static final String WEIGHTS = "weights.gguf";
    private static final String CONFIG = "sub/größe.json";

    @TempDir
    private Path scratch;
    private Path model;
    private Path signature;
    private final X25519Identity identity = X25519Identity.generate();

    @BeforeEach
    void makeModel() throws IOException {
        model = Files.createDirectory(scratch.resolve("model"));
        signature = model.resolve("model.sig");
        byte[] weights = new byte[WEIGHT_BYTES];
        new SplittableRandom(SEED).nextBytes(weights);
        Files.write(model.resolve(WEIGHTS), weights);
        Files.writeString(Files.createDirectory(model.resolve("sub")).resolve("größe.json"), "{}");
        Files.writeString(model.resolve("empty"), "");
    }

    @AfterEach
    void forget() {
        identity.close();
    }

    private void sign(String... ignored) {
        ModelSigner.sign(model, KEYS, signature, Stream.of(ignored).map(Path::of).toList());
    }

    /** Beside the plaintext. */
    private Path encryptCopy(String name) throws IOException {
        Path plain = model.resolve(name);
        Path encrypted = EncryptedName.of(plain);
        AgeFiles.encrypt(plain, encrypted, List.of(identity.recipient()), done -> { });
        return encrypted;
    }

    private Path encrypt(String name) throws IOException {
        Path encrypted = encryptCopy(name);
        Files.delete(model.resolve(name));
        return encrypted;
    }

    private static VerifyOptions ignoring(String... paths) {
        return new VerifyOptions(Stream.of(paths).map(Path::of).toList(), false, false);
    }

    private SignedManifest verify(VerifyOptions options) {
        return ModelVerifier.verify(model, signature, TRUSTED, options.decryptedBy(List.of(identity)));
    }

    private SignedManifest verify() {
        return verify(VerifyOptions.STRICT);
    }

    private void refuses(VerifyOptions options, Reason reason, String... inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> verify(options));
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
        assertThat(refusal.getMessage()).contains(inMessage);
    }

    private void refuses(Reason reason, String... inMessage) {
        refuses(VerifyOptions.STRICT, reason, inMessage);
    }

    private void undecryptable(AgeException.Reason reason, VerifyOptions options) {
        var refusal = catchThrowableOfType(AgeException.class, () -> ModelVerifier.verify(model, signature, TRUSTED, options));
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(reason);
    }

    @Test
    void anyFileMayLieThereEncrypted() throws IOException {
        sign();
        var plain = verify();
        for (String name : List.of(WEIGHTS, CONFIG, "empty")) {
            encrypt(name);
            assertThat(verify().names()).as(name).isEqualTo(plain.names());
        }
        assertThat(verify().rootDigest()).isEqualTo(plain.rootDigest());
    }

    @ParameterizedTest
    @EnumSource(HashAlgorithm.class)
    void everyHashIsOfThePlaintext(HashAlgorithm algorithm) throws IOException {
        ModelSigner.sign(model, SigningIdentity.of(KEYS), new HashPlan(algorithm, HashPlan.WHOLE), signature, List.of());
        encrypt(WEIGHTS);
        assertThat(verify().plan().algorithm()).isEqualTo(algorithm);
    }

    /** Shards of another size than chunks of age and of the buffer. */
    @ParameterizedTest
    @ValueSource(longs = {1_000, AgeReader.CHUNK_BYTES, 100_000, 1L << 30})
    void everyShardIsOfThePlaintext(long shardBytes) throws IOException {
        ModelSigner.sign(model, SigningIdentity.of(KEYS), new HashPlan(HashAlgorithm.BLAKE3, shardBytes), signature, List.of());
        encrypt(WEIGHTS);
        assertThat(verify().plan().shardBytes()).isEqualTo(shardBytes);
        Files.write(model.resolve(WEIGHTS), new byte[WEIGHT_BYTES]);
        Files.delete(model.resolve(EncryptedName.of(WEIGHTS)));
        encrypt(WEIGHTS);
        refuses(Reason.DIGEST_MISMATCH, '"' + WEIGHTS + '"');
    }

    @Test
    void encryptedByAnybodyElseItIsNotTheSignedFile() throws IOException {
        sign();
        Files.writeString(model.resolve(CONFIG), "[]");
        encrypt(CONFIG);
        refuses(Reason.DIGEST_MISMATCH, "other bytes than were signed in \"" + CONFIG + '"');
    }

    @Test
    void aChangedOrCutFileIsNotDecrypted() throws IOException {
        sign();
        Path encrypted = encrypt(WEIGHTS);
        byte[] bytes = Files.readAllBytes(encrypted);
        VerifyOptions options = VerifyOptions.STRICT.decryptedBy(List.of(identity));
        bytes[bytes.length - 1] ^= 1;
        Files.write(encrypted, bytes);
        undecryptable(AgeException.Reason.PAYLOAD, options);
        Files.write(encrypted, Arrays.copyOf(bytes, bytes.length - AgeReader.CHUNK_BYTES));
        undecryptable(AgeException.Reason.PAYLOAD, options);
        Files.writeString(encrypted, "plain text");
        undecryptable(AgeException.Reason.HEADER, options);
    }

    @Test
    void nobodyElseCanVerify() throws IOException {
        sign();
        encrypt(CONFIG);
        undecryptable(AgeException.Reason.NO_MATCH, VerifyOptions.STRICT);
        try (var other = X25519Identity.generate()) {
            undecryptable(AgeException.Reason.NO_MATCH, VerifyOptions.STRICT.decryptedBy(List.of(other)));
            ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT.decryptedBy(List.of(other, identity)));
        }
    }

    /** A passphrase may have to be typed for it. */
    @Test
    void identitiesAreAskedForOnlyIfSomethingIsEncryptedAndTheRestIsInOrder() throws IOException {
        sign();
        var asked = new ArrayList<String>();
        AgeIdentities identities = file -> {
            asked.add(file.getFileName().toString());
            return List.of(identity);
        };
        var options = new VerifyOptions(List.of(), false, false, identities);
        ModelVerifier.verify(model, signature, TRUSTED, options);
        assertThat(asked).isEmpty();
        encrypt(CONFIG);
        Path extra = Files.writeString(model.resolve("extra"), "");
        assertThat(catchThrowableOfType(ModelSignatureException.class, () -> ModelVerifier.verify(model, signature, TRUSTED, options))).isNotNull();
        assertThat(asked).isEmpty();
        Files.delete(extra);
        ModelVerifier.verify(model, signature, TRUSTED, options);
        assertThat(asked).containsExactly("größe.json.age");
    }

    @Test
    void bothPlainAndEncryptedAreAmbiguous() throws IOException {
        sign();
        encryptCopy(WEIGHTS);
        String both = "there both plain and encrypted: \"weights.gguf\", \"weights.gguf.age\"";
        refuses(Reason.FILE_EXTRA, both);
        refuses(new VerifyOptions(List.of(), true, false), Reason.FILE_EXTRA, both);
        Files.writeString(model.resolve("weights.gguf.age"), "anything");
        refuses(Reason.FILE_EXTRA, both);
    }

    @Test
    void whichOfBothIsMeantIsSaidByIgnoringTheOther() throws IOException {
        sign();
        Path encrypted = encryptCopy(CONFIG);
        assertThat(verify(ignoring(CONFIG + ".age")).names()).hasSize(3);
        assertThat(verify(ignoring(CONFIG)).names()).hasSize(3);
        Files.writeString(model.resolve(CONFIG), "[]");
        verify(ignoring(CONFIG));
        refuses(ignoring(CONFIG + ".age"), Reason.DIGEST_MISMATCH, CONFIG);
        refuses(ignoring(CONFIG, CONFIG + ".age"), Reason.DIGEST_MISMATCH, CONFIG);
        refuses(ignoring("sub"), Reason.DIGEST_MISMATCH, CONFIG);
        Files.writeString(model.resolve(CONFIG), "{}");
        Files.writeString(encrypted, "anything");
        verify(ignoring(CONFIG + ".age"));
        verify(ignoring("sub"));
    }

    @Test
    void ignoringHidesNoSignedFile() throws IOException {
        sign();
        Path encrypted = encrypt(CONFIG);
        verify(ignoring(CONFIG));
        verify(ignoring(CONFIG + ".age"));
        Files.delete(encrypted);
        Files.writeString(model.resolve(CONFIG), "[]");
        encrypt(CONFIG);
        refuses(ignoring(CONFIG), Reason.DIGEST_MISMATCH, CONFIG);
        refuses(ignoring(CONFIG + ".age"), Reason.DIGEST_MISMATCH, CONFIG);
    }

    /** The publisher's list of what was left out excuses a file, but it does not choose between two. */
    @Test
    void aSignerWhoLeftTheEncryptedFileOutMeantThePlainOne() throws IOException {
        encryptCopy(CONFIG);
        sign(CONFIG + ".age");
        assertThat(verify().names()).hasSize(3);
        Files.writeString(model.resolve(CONFIG), "[]");
        refuses(Reason.DIGEST_MISMATCH, CONFIG);
    }

    @Test
    void aSignedCiphertextIsTheFileItself() throws IOException {
        Path encrypted = encrypt(CONFIG);
        sign();
        assertThat(ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT).names()).contains(CONFIG + ".age");
        Files.writeString(model.resolve(CONFIG), "{}");
        refuses(Reason.FILE_EXTRA, "not signed: \"" + CONFIG + '"');
        Files.delete(encrypted);
        encrypt(CONFIG);
        refuses(Reason.DIGEST_MISMATCH, CONFIG + ".age");
        AgeFiles.encrypt(encrypted, EncryptedName.of(encrypted), List.of(identity.recipient()), done -> { });
        Files.delete(encrypted);
        refuses(Reason.DIGEST_MISMATCH, CONFIG + ".age");
    }

    @Test
    void whereBothAreSignedNeitherStandsForTheOther() throws IOException {
        Path encrypted = encryptCopy(CONFIG);
        sign();
        assertThat(ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT).names()).hasSize(4);
        Files.delete(model.resolve(CONFIG));
        refuses(Reason.FILE_MISSING, "signed but missing: \"" + CONFIG + '"');
        Files.writeString(model.resolve(CONFIG), "{}");
        AgeFiles.encrypt(encrypted, EncryptedName.of(encrypted), List.of(identity.recipient()), done -> { });
        Files.delete(encrypted);
        assertThat(verify().names()).hasSize(4);
    }

    @Test
    void otherEncryptedFilesAreExtrasAsEver() throws IOException {
        sign();
        encrypt(CONFIG);
        Path extra = Files.writeString(model.resolve("notes.age"), "x");
        refuses(Reason.FILE_EXTRA, "not signed: \"notes.age\" (remove");
        verify(ignoring("notes.age"));
        verify(new VerifyOptions(List.of(), true, false));
        Files.move(extra, model.resolve(CONFIG + ".age.age"));
        refuses(Reason.FILE_EXTRA, "not signed: \"" + CONFIG + ".age.age\"");
    }

    @Test
    void linksAndFoldersOfThatNameAreNotFollowed() throws IOException {
        sign();
        Path encrypted = encrypt(CONFIG);
        Path elsewhere = Files.move(encrypted, scratch.resolve("elsewhere"));
        Files.createSymbolicLink(encrypted, elsewhere);
        refuses(Reason.FILE_NOT_REGULAR, '"' + CONFIG + ".age\"", "signed but missing: \"" + CONFIG + '"');
        refuses(new VerifyOptions(List.of(), true, false), Reason.FILE_MISSING, CONFIG);
        Files.delete(encrypted);
        Files.createDirectory(encrypted);
        refuses(Reason.FILE_MISSING, CONFIG);
        Files.delete(encrypted);
        Files.move(elsewhere, encrypted);
        Path real = Files.move(model.resolve("sub"), scratch.resolve("sub"));
        Files.createSymbolicLink(model.resolve("sub"), real);
        refuses(Reason.FILE_NOT_REGULAR, "sub");
    }

    /** With the ending it would be one that no file can have. */
    @Test
    void theLongestNamesVerify() throws IOException {
        Files.writeString(model.resolve("x".repeat(255)), "x");
        sign();
        assertThat(verify().names()).hasSize(4);
        assertThat(ModelVerifier.filesOf(model, verify())).allMatch(Files::exists);
    }

    @Test
    void policiesSeeTheFilesThatLieThere() throws IOException {
        sign();
        Path encrypted = encrypt(WEIGHTS);
        Path both = encryptCopy(CONFIG);
        var signed = verify(ignoring(CONFIG));
        assertThat(ModelVerifier.filesOf(model, signed)).containsExactlyInAnyOrder(model.resolve("empty"), encrypted, model.resolve(CONFIG), both);
        assertThat(ModelVerifier.plaintextOf(model, signed)).isEqualTo(model);
    }

    @Test
    void aSingleFileGoesByTheNameOfItsPlaintext() throws IOException {
        Path plain = model.resolve(WEIGHTS);
        signature = scratch.resolve("weights.sig");
        ModelSigner.sign(plain, KEYS, signature, List.of());
        model = encryptCopy(WEIGHTS);
        var signed = verify();
        assertThat(signed.names()).containsExactly(WEIGHTS);
        assertThat(ModelVerifier.filesOf(model, signed)).containsExactly(model);
        assertThat(ModelVerifier.plaintextOf(model, signed)).isEqualTo(plain);
        undecryptable(AgeException.Reason.NO_MATCH, VerifyOptions.STRICT);

        model = Files.move(model, model.resolveSibling("renamed.gguf.age"));
        refuses(Reason.FILE_MISSING, "not a signature of the single file \"renamed.gguf.age\"");
        model = Files.createSymbolicLink(scratch.resolve("weights.gguf.age"), model);
        refuses(Reason.FILE_NOT_REGULAR, "not a regular file");
    }

    @Test
    void aSingleFileThatWasSignedEncryptedIsNotDecrypted() throws IOException {
        Path encrypted = encrypt(CONFIG);
        signature = scratch.resolve("config.sig");
        ModelSigner.sign(encrypted, KEYS, signature, List.of());
        model = encrypted;
        var signed = ModelVerifier.verify(model, signature, TRUSTED, VerifyOptions.STRICT);
        assertThat(ModelVerifier.plaintextOf(model, signed)).isEqualTo(model);
    }

    @Test
    void ofASingleFileWithoutANameTheEndingDecides() throws IOException {
        signature = Files.write(scratch.resolve("a.sig"), new TestBundle(KEYS).onlyResource(".").signedBytes());
        Path config = Files.writeString(scratch.resolve("a.json"), "a");
        model = config;
        verify();
        AgeFiles.encrypt(config, EncryptedName.of(config), List.of(identity.recipient()), done -> { });
        model = EncryptedName.of(config);
        verify();
    }
}
