package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** Keyless bundles: each refused one has exactly one thing wrong, and is signed by everybody as if that were right. */
class SigstoreTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private static TestSigstore good() {
        return new TestSigstore();
    }

    private static void accepts(TestSigstore sigstore) {
        assertThat(BundleVerifier.verify(sigstore.bundle(), "model.sig", sigstore.trusted()).names()).containsExactly("a", "b");
    }

    private static void refuses(Reason reason, String inMessage, Consumer<TestSigstore> spoiler) {
        TestSigstore sigstore = good().with(spoiler);
        BundleAssertions.refuses(sigstore.bundle(), sigstore.trusted(), reason, inMessage);
    }

    /** Spoils what is not signed, or no longer. */
    private static void refusesChanged(Reason reason, String inMessage, Consumer<ObjectNode> change) {
        refuses(reason, inMessage, s -> s.afterSigning = change);
    }

    @Test
    void aSoundBundleTellsWhoSigned() {
        TestSigstore sigstore = good();
        var signer = (Signer.Identity) BundleVerifier.verify(sigstore.bundle(), "model.sig", sigstore.trusted()).signer();
        assertThat(signer.identity()).isEqualTo(TestSigstore.IDENTITY);
        assertThat(signer.issuer()).isEqualTo(TestSigstore.ISSUER);
        assertThat(signer.description()).contains("signer@example.com", "https://idp.example.com");
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void signersOnAllThreeCurves(EcCurve curve) {
        accepts(good().with(s -> {
            s.leaf.keys = SigningKeys.generate(curve);
            s.statement = new TestBundle(s.leaf.keys);
        }));
    }

    @Test
    void identityAndProviderAreComparedExactlyAndTogether() {
        TestSigstore sigstore = good();
        byte[] bundle = sigstore.bundle();
        String[][] others = {
            {"other@example.com", TestSigstore.ISSUER, "that provider is trusted for another identity only"},
            {"signer@example.co", TestSigstore.ISSUER, "that provider is trusted for another identity only"},
            {"Signer@example.com", TestSigstore.ISSUER, "that provider is trusted for another identity only"},
            {TestSigstore.IDENTITY, "https://idp.example.com/", "that identity is trusted with another provider only"},
            {TestSigstore.IDENTITY, "https://idp.example", "that identity is trusted with another provider only"},
            {"other@example.com", "https://other.example.com", "neither of them is trusted"}};
        for (String[] other : others) {
            BundleAssertions.refuses(bundle, sigstore.trusted(other[0], other[1]), Reason.IDENTITY_UNTRUSTED, other[2]);
        }
        var root = TrustedRoot.parse(sigstore.rootFile(), "root.json");
        var crossed = new TrustedIdentities(List.of(new TrustedIdentity(TestSigstore.IDENTITY, "https://other.example.com"),
                new TrustedIdentity("other@example.com", TestSigstore.ISSUER)), root);
        BundleAssertions.refuses(bundle, TrustedSigners.of(crossed), Reason.IDENTITY_UNTRUSTED, "with another provider only");
    }

    @Test
    void identitiesAreAddressesUrisOrUserNames() {
        String uri = "https://github.com/example/model/.github/workflows/release.yml@refs/heads/main";
        TestSigstore workflow = good().with(s -> s.leaf.names = new GeneralName[] {new GeneralName(GeneralName.uniformResourceIdentifier, uri)});
        BundleVerifier.verify(workflow.bundle(), "model.sig", workflow.trusted(uri, TestSigstore.ISSUER));
        TestSigstore user = good().with(s -> s.leaf.names = otherName("1.3.6.1.4.1.57264.1.7"));
        BundleVerifier.verify(user.bundle(), "model.sig", user.trusted("user!example.com", TestSigstore.ISSUER));

        refuses(Reason.CERTIFICATE_INVALID, "identity of an unknown kind (1.2.3)", s -> s.leaf.names = otherName("1.2.3"));
        refuses(Reason.CERTIFICATE_INVALID, "neither an e-mail address nor", s ->
                s.leaf.names = new GeneralName[] {new GeneralName(GeneralName.dNSName, "example.com")});
        refuses(Reason.CERTIFICATE_INVALID, "has 2 identities", s -> s.leaf.names = new GeneralName[] {s.leaf.names[0], s.leaf.names[0]});
        refuses(Reason.CERTIFICATE_INVALID, "names no identity", s -> s.leaf.names = new GeneralName[0]);
    }

    private static GeneralName[] otherName(String oid) {
        var value = new DERSequence(new ASN1Encodable[] {
            new ASN1ObjectIdentifier(oid), new DERTaggedObject(true, 0, new DERUTF8String("user!example.com"))});
        return new GeneralName[] {new GeneralName(GeneralName.otherName, value)};
    }

    @Test
    void eitherFormOfTheProviderIsEnoughButTheyMustNotDiffer() {
        accepts(good().with(s -> s.leaf.issuerV1 = null));
        accepts(good().with(s -> s.leaf.issuerV2 = null));
        refuses(Reason.CERTIFICATE_INVALID, "names two identity providers", s -> s.leaf.issuerV1 = "https://other.example.com");
        refuses(Reason.CERTIFICATE_INVALID, "names no identity provider", s -> s.leaf.issuerV1 = s.leaf.issuerV2 = null);
    }

    @Test
    void theCertificateIsForSigningCode() {
        refuses(Reason.CERTIFICATE_INVALID, "is not for code signing", s -> s.leaf.purpose = KeyPurposeId.id_kp_emailProtection);
        refuses(Reason.CERTIFICATE_INVALID, "is not for code signing", s -> s.leaf.purpose = KeyPurposeId.anyExtendedKeyUsage);
        refuses(Reason.CERTIFICATE_INVALID, "is not for digital signatures", s -> s.leaf.usage = KeyUsage.keyAgreement);
        refuses(Reason.CERTIFICATE_INVALID, "has a key of the kind RSA", s -> s.leaf.keys = TestCa.rsaKeys());
    }

    @Test
    void theCertificateWasValidWhenItSigned() {
        refuses(Reason.CERTIFICATE_INVALID, "was not valid when it signed", s -> s.leaf.to = TestSigstore.SIGNED_AT.minusMillis(500));
        refuses(Reason.CERTIFICATE_INVALID, "was not valid when it signed", s -> s.leaf.from = TestSigstore.SIGNED_AT.plus(MINUTE));
    }

    @Test
    void theAuthorityIsAKnownOneInItsTime() {
        refuses(Reason.CERTIFICATE_UNTRUSTED, "not issued by an authority", s -> s.trustedRoot = root -> root.remove("certificateAuthorities"));
        refuses(Reason.CERTIFICATE_UNTRUSTED, "not issued by an authority", s -> {
            var namesake = TestCa.authority("fulcio").selfSigned();
            s.trustedRoot = root -> TestSigstore.putAuthority(root.putArray("certificateAuthorities"),
                    List.of(TestCa.authority("fulcio intermediate").issuedBy(namesake), namesake), s.authorityFrom, s.authorityTo);
        });
        refuses(Reason.CERTIFICATE_INVALID, "outside of the time of its authority", s -> s.authorityTo = TestSigstore.SIGNED_AT.minus(MINUTE));
        refuses(Reason.CERTIFICATE_INVALID, "outside of the time of its authority", s -> s.authorityFrom = TestSigstore.SIGNED_AT.plus(MINUTE));
        refuses(Reason.CERTIFICATE_UNTRUSTED, "that was valid then", s ->
                s.intermediate.valid(HOUR.multipliedBy(-2), HOUR.negated()).issuedBy(s.root));
        refuses(Reason.CERTIFICATE_UNTRUSTED, "that was valid then", s -> s.root.valid(HOUR.multipliedBy(-2), HOUR.negated()).selfSigned());
        accepts(good().with(s -> s.authorityTo = TestSigstore.SIGNED_AT));
    }

    @Test
    void theCertificateIsInAKnownLogOfCertificates() {
        refuses(Reason.LOG_ENTRY_INVALID, "has no timestamp of a log of certificates", s -> s.loggedIn = null);
        refuses(Reason.LOG_ENTRY_INVALID, "not in any log of certificates that the trusted root knows", s ->
                s.loggedIn = new TestLog("ctlog.example.com"));
        refuses(Reason.LOG_ENTRY_INVALID, "ctlog.example.com has not signed for it", s -> s.leaf.loggedAsAnother = true);
        refuses(Reason.LOG_ENTRY_INVALID, "ctlog.example.com has not signed for it", s -> s.loggedIn = new TestLog(s.certificateLog));
        refuses(Reason.LOG_ENTRY_INVALID, "outside of the time of the log of certificates", s ->
                s.certificateLog.to = TestSigstore.SIGNED_AT.minus(MINUTE));
        refuses(Reason.LOG_ENTRY_INVALID, "outside of the time of the log of certificates", s -> {
            s.certificateLog.from = TestSigstore.SIGNED_AT;
            s.leaf.loggedAt = TestSigstore.SIGNED_AT.minus(MINUTE);
        });
        refuses(Reason.LOG_ENTRY_INVALID, "cannot be read", s -> s.leaf.timestamps = new byte[] {0, 5, 0, 9, 1});
        refuses(Reason.LOG_ENTRY_INVALID, "not in any log of certificates", s -> s.leaf.timestamps = new byte[] {0, 0});
        refuses(Reason.METHOD_UNSUPPORTED, "ctlog.example.com, which signs with a key of the kind \"PKIX_RSA_PKCS1V15_2048_SHA256\"",
                s -> s.certificateLog.keyKind = "PKIX_RSA_PKCS1V15_2048_SHA256");
    }

    @Test
    void theSignatureIsInAKnownLogInItsTime() {
        refuses(Reason.LOG_ENTRY_INVALID, "which the trusted root does not know", s -> s.trustedRoot = root -> root.remove("tlogs"));
        refuses(Reason.LOG_ENTRY_INVALID, "outside of the time of the log rekor.example.com", s ->
                s.rekor.to = TestSigstore.SIGNED_AT.minus(MINUTE));
        refuses(Reason.LOG_ENTRY_INVALID, "outside of the time of the log rekor.example.com", s -> s.rekor.from = TestSigstore.SIGNED_AT.plus(MINUTE));
        refuses(Reason.METHOD_UNSUPPORTED, "rekor.example.com, which signs with a key of the kind \"PKIX_RSA_PSS_2048_SHA256\"",
                s -> s.rekor.keyKind = "PKIX_RSA_PSS_2048_SHA256");
    }

    @Test
    void theEntryIsAboutThisBundle() {
        refuses(Reason.LOG_ENTRY_INVALID, "is about another payload", s -> s.body = b -> TestSigstore.putHash(payloadHash(b), new byte[] {1}));
        refuses(Reason.LOG_ENTRY_INVALID, "\"sha512\"; \"sha256\" is accepted", s -> s.body = b -> payloadHash(b).put("algorithm", "sha512"));
        refuses(Reason.LOG_ENTRY_INVALID, "is about another signature", s -> s.body = b -> loggedSignature(b).put("signature", "AAAA"));
        refuses(Reason.LOG_ENTRY_INVALID, "is about another certificate", s -> s.body = b ->
                loggedSignature(b).put("verifier", TestBundle.base64(TestSigstore.pem(new byte[] {1}))));
        refuses(Reason.LOG_ENTRY_INVALID, "holds 2 signatures", s -> s.body = b ->
                b.get("spec").withArray("signatures").add(loggedSignature(b).deepCopy()));
        refuses(Reason.LOG_ENTRY_INVALID, "is of the kind \"intoto 0.0.1\"", s -> s.body = b -> b.put("kind", "intoto"));
        refuses(Reason.LOG_ENTRY_INVALID, "unknown member \"more\"", s -> s.body = b -> b.put("more", 1));
    }

    private static ObjectNode payloadHash(ObjectNode body) {
        return (ObjectNode) body.get("spec").get("payloadHash");
    }

    private static ObjectNode loggedSignature(ObjectNode body) {
        return (ObjectNode) body.get("spec").get("signatures").get(0);
    }

    @Test
    void otherKindsOfEntriesAreRefusedByName() {
        refusesChanged(Reason.METHOD_UNSUPPORTED, "of the kind \"intoto 0.0.1\"", b -> kind(b).put("kind", "intoto"));
        refusesChanged(Reason.METHOD_UNSUPPORTED, "of the kind \"hashedrekord 0.0.1\"", b -> kind(b).put("kind", "hashedrekord"));
        refusesChanged(Reason.METHOD_UNSUPPORTED, "of the kind \"dsse 0.0.2\"", b -> kind(b).put("version", "0.0.2"));
    }

    private static ObjectNode kind(ObjectNode bundle) {
        return (ObjectNode) TestSigstore.entry(bundle).get("kindVersion");
    }

    @Test
    void theEntryIsInTheTreeOfTheLog() {
        refusesChanged(Reason.LOG_ENTRY_INVALID, "does not fit entry 5 of a tree of 13", b ->
                TestSigstore.proof(b).withArray("hashes").add(TestBundle.base64(new byte[32])));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "does not fit entry 5 of a tree of 13", b -> TestSigstore.proof(b).withArray("hashes").remove(3));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "does not fit entry 13 of a tree of 13", b -> TestSigstore.proof(b).put("logIndex", "13"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "leads to another root than it states", b -> TestSigstore.proof(b).put("logIndex", "6"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "leads to another root than it states", b ->
                TestSigstore.proof(b).put("rootHash", TestBundle.base64(new byte[32])));
    }

    @Test
    void theLogHasSignedTheTree() {
        refuses(Reason.LOG_ENTRY_INVALID, "has another root than the proof", s -> s.checkpointRoot = new byte[32]);
        refuses(Reason.LOG_ENTRY_INVALID, "is of a tree of 14 entries, the proof of one of 13", s -> s.checkpointSize = 14);
        refuses(Reason.LOG_ENTRY_INVALID, "is not signed with the key of rekor.example.com", s -> s.checkpointSigner = new TestLog(s.rekor));
        refuses(Reason.LOG_ENTRY_INVALID, "is not signed with the key of rekor.example.com", s ->
                s.checkpointSigner = new TestLog("witness.example.com"));
        refuses(Reason.LOG_ENTRY_INVALID, "is of the log \"rekor.example.org\", not of rekor.example.com", s -> s.origin = "rekor.example.org");
        refuses(Reason.LOG_ENTRY_INVALID, "is of the log \"rekor.example.community\"", s -> s.origin = "rekor.example.community");
        refusesChanged(Reason.LOG_ENTRY_INVALID, "is no signed note", b -> checkpoint(b).put("envelope", "rekor.example.com\n13\n"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "is no signed note", b -> checkpoint(b).put("envelope", "a\u0007\n1\nAAAA\n\n"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "is longer than", b -> checkpoint(b).put("envelope", "a\n".repeat(100_000)));
        accepts(good().with(s -> s.origin = "rekor.example.com"));
    }

    private static ObjectNode checkpoint(ObjectNode bundle) {
        return (ObjectNode) TestSigstore.proof(bundle).get("checkpoint");
    }

    @Test
    void theSignaturesOfWitnessesProveNothingAndSpoilNothing() {
        var witness = new TestLog("witness.example.com").checkpoint("rekor.example.com", 13, new byte[32]);
        String line = witness.substring(witness.indexOf("\n\n") + 2);
        accepts(good().with(s -> s.afterSigning = b -> checkpoint(b).put("envelope", checkpoint(b).get("envelope").stringValue() + line)));
    }

    @Test
    void theLogHasSignedTheTime() {
        refuses(Reason.LOG_ENTRY_INVALID, "timestamp that was not signed with the key of rekor.example.com", s ->
                s.promiseSigner = new TestLog("other"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "timestamp that was not signed", b ->
                TestSigstore.entry(b).put("integratedTime", Long.toString(TestSigstore.SIGNED_AT.plusSeconds(1).getEpochSecond())));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "timestamp that was not signed", b -> TestSigstore.entry(b).put("logIndex", "7"));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "timestamp that was not signed", b -> TestSigstore.entry(b).remove("logIndex"));
    }

    @Test
    void somebodyHasToSayWhenItWasSigned() {
        refusesChanged(Reason.TIMESTAMP_INVALID, "nobody whom the trusted root knows says when", b ->
                TestSigstore.entry(b).remove("inclusionPromise"));
        TestSigstore stamped = good().stampedAt(TestSigstore.SIGNED_AT);
        stamped.afterSigning = stamped.afterSigning.andThen(b -> TestSigstore.entry(b).remove("inclusionPromise"));
        accepts(stamped);
        stamped.trustedRoot = root -> root.remove("timestampAuthorities");
        BundleAssertions.refuses(stamped.bundle(), stamped.trusted(), Reason.TIMESTAMP_INVALID, "nobody whom the trusted root knows says when");
    }

    @Test
    void aTimestampOfAKnownAuthorityMustBeRight() {
        accepts(good().stampedAt(TestSigstore.SIGNED_AT));
        accepts(good().stampedAt(TestSigstore.SIGNED_AT).with(s -> s.timestamps.signerIsListed = false));
        accepts(good().stampedAt(TestSigstore.SIGNED_AT).with(s -> {
            s.timestamps.signerIsListed = false;
            var oldRoot = TestCa.authority(s.timestamps.root.name).selfSigned();
            s.trustedRoot = root -> {
                var authorities = root.putArray("timestampAuthorities");
                TestSigstore.putAuthority(authorities, List.of(oldRoot), Instant.EPOCH, null);
                s.timestamps.describe(authorities);
            };
        }));
        refuses(Reason.TIMESTAMP_INVALID, "is of another signature", s ->
                s.afterSigning = b -> TestSigstore.addStamp(b, s.timestamps.stamp(new byte[] {1}, TestSigstore.SIGNED_AT)));
        refuses(Reason.CERTIFICATE_INVALID, "was not valid when it signed", s -> s.stampedAt(TestSigstore.SIGNED_AT.plus(HOUR)));
        refuses(Reason.TIMESTAMP_INVALID, "outside of the time of its authority", s ->
                s.stampedAt(TestSigstore.SIGNED_AT).timestamps.to = TestSigstore.SIGNED_AT.minus(MINUTE));
        refuses(Reason.TIMESTAMP_INVALID, "uses another hash", s -> s.afterSigning = b -> TestSigstore.addStamp(b,
                s.timestamps.stamp(TestSigstore.signature(b), TestSigstore.SIGNED_AT, "SHA-1", TSPAlgorithms.SHA1)));
        refusesChanged(Reason.BUNDLE_MALFORMED, "the timestamp cannot be read", b -> TestSigstore.addStamp(b, new byte[] {0x30, 0}));
    }

    @Test
    void aTimestampIsSignedByItsAuthority() {
        Consumer<TestSigstore> spoilSignature = s -> s.afterSigning = b -> {
            byte[] response = s.timestamps.stamp(TestSigstore.signature(b), TestSigstore.SIGNED_AT);
            response[response.length - 1] ^= 1;
            TestSigstore.addStamp(b, response);
        };
        refuses(Reason.TIMESTAMP_INVALID, "was not signed by its authority", spoilSignature);
        refuses(Reason.TIMESTAMP_INVALID, "does not lead to its authority", s -> {
            s.stampedAt(TestSigstore.SIGNED_AT).timestamps.signerIsListed = false;
            s.timestamps.signer.issuedBy(TestCa.authority(s.timestamps.root.name).selfSigned());
        });
        refuses(Reason.TIMESTAMP_INVALID, "was not signed by its authority", s -> {
            s.stampedAt(TestSigstore.SIGNED_AT);
            s.timestamps.signer.valid(HOUR.multipliedBy(-2), HOUR.negated()).issuedBy(s.timestamps.root);
        });
    }

    @Test
    void aTimestampOfAnUnknownAuthorityProvesNothingAndSpoilsNothing() {
        accepts(good().stampedAt(TestSigstore.SIGNED_AT).with(s -> s.trustedRoot = root -> root.remove("timestampAuthorities")));
        var stranger = new TestTimestamps();
        stranger.signer = TestCa.signer("stranger", SigningKeys.generate(EcCurve.P256))
                .criticalPurposes(KeyPurposeId.id_kp_timeStamping).issuedBy(TestCa.authority("other root").selfSigned());
        accepts(good().with(s -> s.afterSigning = b -> TestSigstore.addStamp(b, stranger.stamp(new byte[] {1}, TestSigstore.SIGNED_AT.plus(HOUR)))));
    }

    @Test
    void theSignatureIsThatOfTheCertificatesKey() {
        refuses(Reason.SIGNATURE_INVALID, "does not verify with the certificate", s ->
                s.statement = new TestBundle(SigningKeys.generate(EcCurve.P256)));
    }

    @Test
    void theStatementIsReadAsWithTheOtherMethods() {
        refuses(Reason.STATEMENT_INVALID, "of the type \"text/plain\"", s -> s.statement.payloadType("text/plain"));
        refuses(Reason.STATEMENT_INVALID, "other", s -> s.statement.with(statement -> statement.put("_type", "other")));
    }

    @Test
    void aMethodIsVerifiedByItsOwnKindOfTrust() {
        BundleAssertions.refuses(good().bundle(), BundleAssertions.TRUSTED, Reason.METHOD_MISMATCH, "an identity (sigstore); keys are trusted");
        BundleAssertions.refuses(BundleAssertions.good().signedBytes(), good().trusted(), Reason.METHOD_MISMATCH,
                "signed with a key; identities are trusted");
        BundleAssertions.refuses(good().bundle(), TrustedSigners.NONE, Reason.IDENTITY_UNTRUSTED, "none is trusted");
    }

    @Test
    void partsThatAreMissingOrTooManyAreRefused() {
        refusesChanged(Reason.BUNDLE_MALFORMED, "holds 0 log entries", b -> material(b).putArray("tlogEntries"));
        refusesChanged(Reason.BUNDLE_MALFORMED, "\"tlogEntries\" is missing", b -> material(b).remove("tlogEntries"));
        refusesChanged(Reason.BUNDLE_MALFORMED, "holds 5 log entries", b -> {
            for (int i = 0; i < 4; i++) {
                material(b).withArray("tlogEntries").add(TestSigstore.entry(b).deepCopy());
            }
        });
        refusesChanged(Reason.BUNDLE_MALFORMED, "\"inclusionProof\" is missing", b -> TestSigstore.entry(b).remove("inclusionProof"));
        refusesChanged(Reason.BUNDLE_MALFORMED, "\"checkpoint\" is missing", b -> TestSigstore.proof(b).remove("checkpoint"));
        refusesChanged(Reason.BUNDLE_MALFORMED, "unknown member \"more\"", b -> TestSigstore.entry(b).put("more", 1));
        refusesChanged(Reason.BUNDLE_MALFORMED, "unknown member \"more\"", b -> material(b).put("more", 1));
        refusesChanged(Reason.BUNDLE_MALFORMED, "the certificate cannot be read", b -> material(b).putObject("certificate").put("rawBytes", "MAA="));
        refusesChanged(Reason.BUNDLE_MALFORMED, "holds 5 timestamps", b -> {
            for (int i = 0; i < 5; i++) {
                TestSigstore.addStamp(b, new byte[] {1});
            }
        });
        refusesChanged(Reason.BUNDLE_MALFORMED, "no timestamp is", b -> TestSigstore.addStamp(b, new byte[100_000]));
        refusesChanged(Reason.BUNDLE_MALFORMED, "holds 64 hashes", b -> {
            for (int i = 0; i < 60; i++) {
                TestSigstore.proof(b).withArray("hashes").add(TestBundle.base64(new byte[32]));
            }
        });
        refusesChanged(Reason.BUNDLE_MALFORMED, "holds a hash that is no SHA-256", b ->
                TestSigstore.proof(b).withArray("hashes").set(0, TestBundle.base64(new byte[31])));
    }

    private static ObjectNode material(ObjectNode bundle) {
        return (ObjectNode) bundle.get("verificationMaterial");
    }

    @Test
    void everyEntryMustVerify() {
        Consumer<ObjectNode> again = b -> material(b).withArray("tlogEntries").add(TestSigstore.entry(b).deepCopy());
        accepts(good().with(s -> s.afterSigning = again));
        refusesChanged(Reason.LOG_ENTRY_INVALID, "does not fit entry 13", again.andThen(b -> TestSigstore.proof(b).put("logIndex", "13")));
    }

    @Test
    void logsMaySignWithEd25519() {
        accepts(new TestSigstore(TestLog.ed25519("rekor.example.com")));
        TestSigstore spoiled = new TestSigstore(TestLog.ed25519("rekor.example.com")).with(s -> s.promiseSigner = TestLog.ed25519("other"));
        BundleAssertions.refuses(spoiled.bundle(), spoiled.trusted(), Reason.LOG_ENTRY_INVALID, "timestamp that was not signed");
        TestSigstore ofOtherKind = new TestSigstore(TestLog.ed25519("rekor.example.com")).with(s -> s.promiseSigner = s.certificateLog);
        BundleAssertions.refuses(ofOtherKind.bundle(), ofOtherKind.trusted(), Reason.LOG_ENTRY_INVALID, "timestamp that was not signed");
    }

    /** Everything in the evidence is signed by somebody, or bound to something that is. */
    @Test
    void noBitOfTheEvidenceCanBeChanged() {
        TestSigstore sigstore = good();
        byte[] bundle = sigstore.bundle();
        TrustedSigners trusted = sigstore.trusted();
        String text = new String(bundle, StandardCharsets.UTF_8);
        int from = text.indexOf("verificationMaterial");
        int to = text.indexOf("timestampVerificationData");
        int changed = 0;
        for (int i = from; i < to; i += 5) {
            byte[] spoiled = bundle.clone();
            spoiled[i] ^= 1;
            assertThatExceptionOfType(ModelSignatureException.class).as("byte %d of %s", i, text)
                    .isThrownBy(() -> BundleVerifier.verify(spoiled, "model.sig", trusted));
            changed++;
        }
        assertThat(changed).isGreaterThan(500);
    }

    @Test
    void numbersAreDigitsAndNothingElse() {
        for (String number : new String[] {"-1", "+5", "05", " 5", "5.0", "", "0x5", "9223372036854775808", "٥"}) {
            refusesChanged(Reason.BUNDLE_MALFORMED, "\"logIndex\" must be a whole number", b -> TestSigstore.proof(b).put("logIndex", number));
        }
        refusesChanged(Reason.BUNDLE_MALFORMED, "\"logIndex\" must be a whole number", b -> TestSigstore.proof(b).put("logIndex", 5.5));
        refusesChanged(Reason.BUNDLE_MALFORMED, "\"logIndex\" must be a whole number", b -> TestSigstore.proof(b).putNull("logIndex"));
        refusesChanged(Reason.BUNDLE_MALFORMED, "later than the year 9999", b ->
                TestSigstore.entry(b).put("integratedTime", Long.toString(Long.MAX_VALUE)));
        accepts(good().with(s -> s.afterSigning = b -> TestSigstore.proof(b).put("logIndex", 5)));
    }
}
