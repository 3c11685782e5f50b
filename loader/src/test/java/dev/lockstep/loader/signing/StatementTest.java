package dev.lockstep.loader.signing;

import static dev.lockstep.loader.signing.BundleAssertions.TRUSTED;
import static dev.lockstep.loader.signing.BundleAssertions.accepts;
import static dev.lockstep.loader.signing.BundleAssertions.good;
import static dev.lockstep.loader.signing.BundleAssertions.refuses;
import static dev.lockstep.loader.signing.TestBundle.DIGEST_A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What was signed. Every refused statement is wrong in one thing and signed by a trusted key all the same. */
class StatementTest {
    @Test
    void anotherPayloadTypeIsRefusedEvenIfSigned() {
        refuses(good().payloadType("application/json").signedBytes(), Reason.STATEMENT_INVALID, "application/json");
    }

    @Test
    void anotherStatementOrPredicateTypeIsRefused() {
        refuses(good().with(s -> s.put("_type", "https://in-toto.io/Statement/v0.1")).signedBytes(),
                Reason.STATEMENT_INVALID, "_type");
        refuses(good().with(s -> s.put("predicateType", "https://model_signing/Digests/v0.1")).signedBytes(),
                Reason.STATEMENT_INVALID, "predicateType");
    }

    @Test
    void noneOrTwoSubjectsAreRefused() {
        TestBundle two = good();
        two.subjects().add(two.subjects().get(0).deepCopy());
        refuses(two.signedBytes(), Reason.STATEMENT_INVALID, "2 subjects");
        TestBundle none = good();
        none.subjects().removeAll();
        refuses(none.signedBytes(), Reason.STATEMENT_INVALID, "0 subjects");
    }

    @Test
    void aRootDigestThatIsNotThatOfTheListIsRefused() {
        refuses(good().root(DIGEST_A).signedBytes(), Reason.MANIFEST_INVALID, "subject[0]");
        refuses(good().with(s -> ((ObjectNode) s.get("subject").get(0)).putObject("digest").put("sha512", "00"))
                .signedBytes(), Reason.STATEMENT_INVALID, "sha256");
    }

    @Test
    void theRootDigestGoesByTheOrderOfTheListWhichNeedNotBeSorted() {
        TestBundle unsorted = good();
        unsorted.onlyResource("z").addResource("a/b", DIGEST_A).addResource("a.b", TestBundle.DIGEST_B);
        assertThat(BundleVerifier.verify(unsorted.signedBytes(), "b", TRUSTED).names())
                .containsExactly("z", "a/b", "a.b");
    }

    @Test
    void anEmptyListIsRefused() {
        TestBundle empty = good();
        empty.resources().removeAll();
        refuses(empty.fixRoot().signedBytes(), Reason.MANIFEST_INVALID, "covers nothing");
    }

    @Test
    void aNameListedTwiceIsRefused() {
        refuses(good().addResource("a", DIGEST_A).signedBytes(), Reason.MANIFEST_INVALID, "listed before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "x/../y", "..", "/etc/passwd", "a//b", "a/./b", "./a", "a/", "/", ".", "a\0b",
            "a\\b", "\uD800"})
    void aNameThatIsNotCanonicalIsRefused(String name) {
        refuses(good().withText(text -> text.replace("\"name\":\"b\"", "\"name\":" + quoted(name))).signedBytes(),
                Reason.MANIFEST_INVALID, "has a name that");
    }

    private static String quoted(String name) {
        var json = new StringBuilder("\"");
        name.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
        return json.append('"').toString();
    }

    @Test
    void anEmptyNameIsRefused() {
        refuses(good().addResource("", DIGEST_A).signedBytes(), Reason.STATEMENT_INVALID, "\"name\" is missing");
    }

    @Test
    void aSingleFileMayBeCalledDotOrByItsName() {
        var dot = BundleVerifier.verify(good().onlyResource(".").signedBytes(), "b", TRUSTED);
        assertThat(dot.nameOfSingleFile("any.gguf")).isPresent();
        var named = BundleVerifier.verify(good().onlyResource("m.gguf").signedBytes(), "b", TRUSTED);
        assertThat(named.nameOfSingleFile("m.gguf")).isPresent();
        assertThat(named.nameOfSingleFile("other.gguf")).isEmpty();
        var two = BundleVerifier.verify(good().signedBytes(), "b", TRUSTED);
        assertThat(two.nameOfSingleFile("a")).isEmpty();
    }

    @Test
    void anAlgorithmOtherThanTheHashTypeIsRefused() {
        TestBundle bundle = good();
        ((ObjectNode) bundle.resources().get(1)).put("algorithm", "blake3");
        refuses(bundle.signedBytes(), Reason.MANIFEST_INVALID, "resources[1] has the algorithm \"blake3\"");
    }

    @Test
    void aDigestMustBeSixtyFourLowerCaseHexDigits() {
        for (String digest : new String[] {DIGEST_A.toUpperCase(Locale.ROOT), DIGEST_A.substring(1),
                DIGEST_A.substring(2), DIGEST_A + "00", DIGEST_A.substring(1) + "g", DIGEST_A.substring(1) + " "}) {
            TestBundle bundle = good();
            ((ObjectNode) bundle.resources().get(0)).put("digest", digest);
            refuses(bundle.signedBytes(), Reason.MANIFEST_INVALID, "64 lower-case hex digits");
        }
    }

    @Test
    void otherSerializationsAreRefusedByName() {
        TestBundle trees = good();
        trees.serialization().put("method", "trees");
        refuses(trees.signedBytes(), Reason.STATEMENT_INVALID, "\"trees\"");
        TestBundle weak = good();
        weak.serialization().put("hash_type", "sha1");
        refuses(weak.signedBytes(), Reason.STATEMENT_INVALID, "\"sha1\"");
        TestBundle sized = good();
        sized.serialization().put("shard_size", 8);
        refuses(sized.signedBytes(), Reason.STATEMENT_INVALID, "shard_size");
        TestBundle silent = good();
        silent.serialization().remove("allow_symlinks");
        refuses(silent.signedBytes(), Reason.STATEMENT_INVALID, "allow_symlinks");
        TestBundle words = good();
        words.serialization().put("allow_symlinks", "no");
        refuses(words.signedBytes(), Reason.STATEMENT_INVALID, "true or false");
    }

    @Test
    void unknownMembersInTheStatementAreRefusedWhereTheSchemaIsClosed() {
        refuses(good().with(s -> s.put("more", 1)).signedBytes(), Reason.STATEMENT_INVALID, "unknown member \"more\"");
        refuses(good().with(s -> ((ObjectNode) s.get("predicate")).put("expires", "now")).signedBytes(),
                Reason.STATEMENT_INVALID, "unknown member \"expires\"");
        TestBundle serialization = good();
        serialization.serialization().put("more", 1);
        refuses(serialization.signedBytes(), Reason.STATEMENT_INVALID, "unknown member \"more\"");
        TestBundle resource = good();
        ((ObjectNode) resource.resources().get(0)).put("size", 1);
        accepts(resource.signedBytes());
    }

    @Test
    void aMemberGivenTwiceInTheStatementIsRefused() {
        refuses(good().withText(text -> text.replace("\"predicateType\":",
                "\"predicateType\":\"x\",\"predicateType\":")).signedBytes(), Reason.STATEMENT_INVALID, "uplicate");
        refuses(good().withText(text -> text + "{}").signedBytes(), Reason.STATEMENT_INVALID, "JSON");
    }

    @Test
    void signedIgnorePathsAreKeptAsWritten() {
        TestBundle bundle = good();
        bundle.serialization().putArray("ignore_paths").add(".git").add("../outside").add("/abs");
        assertThat(BundleVerifier.verify(bundle.signedBytes(), "b", TRUSTED).ignorePaths())
                .containsExactly(".git", "../outside", "/abs");
        bundle.serialization().putArray("ignore_paths").add(1);
        refuses(bundle.signedBytes(), Reason.STATEMENT_INVALID, "non-empty strings");
    }

    @Test
    void controlCharactersFromTheFileDoNotReachTheMessage() {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> BundleVerifier.verify(
                good().addResource("../\u001b[2J\n\u202e", DIGEST_A).signedBytes(), "model.sig", TRUSTED));
        assertThat(refusal).hasMessageContaining("\\u001b[2J\\u000a\\u202e");
    }

    @Test
    void aHugeNameDoesNotMakeAHugeMessage() {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> BundleVerifier.verify(
                good().addResource("../" + "x".repeat(1_000_000), DIGEST_A).signedBytes(), "model.sig", TRUSTED));
        assertThat(refusal.getMessage().length()).isLessThan(10_000);
    }

    private static FileDigests whole(byte[] sha256) {
        return new FileDigests(HashPlan.SHA_256, 1, List.of(sha256));
    }

    @Test
    void digestsHandedOutAreCopies() {
        var manifest = BundleVerifier.verify(good().signedBytes(), "b", TRUSTED);
        manifest.digestsOf("a").orElseThrow().digests().getFirst()[0] ^= 1;
        manifest.requireDigests("a", whole(Sha256.of(new byte[] {'a'})));
    }

    @Test
    void aDigestIsComparedWithTheSignedOne() {
        var manifest = BundleVerifier.verify(good().signedBytes(), "model.sig", TRUSTED);
        var changed = catchThrowableOfType(ModelSignatureException.class,
                () -> manifest.requireDigests("a", whole(Sha256.of(new byte[] {'b'}))));
        assertThat(changed.reason()).isEqualTo(Reason.DIGEST_MISMATCH);
        var unsigned = catchThrowableOfType(ModelSignatureException.class,
                () -> manifest.requireDigests("c", whole(Sha256.of(new byte[] {'a'}))));
        assertThat(unsigned.reason()).isEqualTo(Reason.FILE_EXTRA);
        assertThat(unsigned).hasMessageContaining("c: is not covered by the signature model.sig");
    }
}
