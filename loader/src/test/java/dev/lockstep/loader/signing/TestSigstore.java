package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.tlog.NaiveMerkleTree;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A sigstore with a signer: authorities, logs, a trusted root, and a keyless bundle with all of its evidence. Everything is sound unless
 * a test spoils one thing; the rest is then signed as if that were right.
 */
final class TestSigstore {
    static final String IDENTITY = "signer@example.com";
    static final String ISSUER = "https://idp.example.com";
    static final Instant SIGNED_AT = TestCa.NOW;

    private static final JsonMapper JSON = new JsonMapper();
    private static final int TREE_SIZE = 13;
    private static final int PLACE = 5;

    final TestCa root = TestCa.authority("fulcio").selfSigned();
    final TestCa intermediate = TestCa.authority("fulcio intermediate").issuedBy(root);
    final TestLog certificateLog = new TestLog("ctlog.example.com");
    final TestLog rekor;
    final TestTimestamps timestamps = new TestTimestamps();
    final TestLeaf leaf = new TestLeaf();
    TestBundle statement = new TestBundle(leaf.keys);

    Instant authorityFrom = Instant.EPOCH;
    Instant authorityTo;
    TestLog loggedIn = certificateLog;
    Instant integratedAt = SIGNED_AT;
    String origin;
    TestLog checkpointSigner;
    TestLog promiseSigner;
    byte[] checkpointRoot;
    long checkpointSize = TREE_SIZE;
    Consumer<ObjectNode> body = _ -> { };
    Consumer<ObjectNode> afterSigning = _ -> { };
    Consumer<ObjectNode> trustedRoot = _ -> { };

    TestSigstore() {
        this(new TestLog("rekor.example.com"));
    }

    TestSigstore(TestLog rekor) {
        this.rekor = rekor;
        this.origin = rekor.host + " - 1193050959916656506";
        this.checkpointSigner = rekor;
        this.promiseSigner = rekor;
    }

    /** Spoils something. */
    TestSigstore with(Consumer<TestSigstore> change) {
        change.accept(this);
        return this;
    }

    /** Adds a timestamp of the signature. */
    TestSigstore stampedAt(Instant time) {
        afterSigning = bundle -> addStamp(bundle, timestamps.stamp(signature(bundle), time));
        return this;
    }

    static byte[] signature(ObjectNode bundle) {
        return Base64.getDecoder().decode(TestBundle.signature(bundle).get("sig").stringValue());
    }

    static void addStamp(ObjectNode bundle, byte[] response) {
        ((ObjectNode) bundle.get("verificationMaterial")).withObject("timestampVerificationData").withArray("rfc3161Timestamps")
                .addObject().put("signedTimestamp", TestBundle.base64(response));
    }

    static ObjectNode entry(ObjectNode bundle) {
        return (ObjectNode) bundle.get("verificationMaterial").get("tlogEntries").get(0);
    }

    static ObjectNode proof(ObjectNode bundle) {
        return (ObjectNode) entry(bundle).get("inclusionProof");
    }

    byte[] bundle() {
        ObjectNode bundle = statement.sign();
        byte[] certificate = der(leaf.issue(intermediate, loggedIn));
        ObjectNode material = bundle.putObject("verificationMaterial");
        material.putObject("certificate").put("rawBytes", TestBundle.base64(certificate));
        putEntry(material.putArray("tlogEntries").addObject(), logBody(bundle, certificate));
        material.putObject("timestampVerificationData");
        afterSigning.accept(bundle);
        return TestBundle.bytes(bundle);
    }

    private byte[] logBody(ObjectNode bundle, byte[] certificate) {
        byte[] payload = Base64.getDecoder().decode(TestBundle.envelope(bundle).get("payload").stringValue());
        ObjectNode entry = JSON.createObjectNode().put("apiVersion", "0.0.1").put("kind", "dsse");
        ObjectNode spec = entry.putObject("spec");
        putHash(spec.putObject("envelopeHash"), bundle.toString().getBytes(StandardCharsets.UTF_8));
        putHash(spec.putObject("payloadHash"), payload);
        spec.putArray("signatures").addObject().put("signature", TestBundle.base64(signature(bundle)))
                .put("verifier", TestBundle.base64(pem(certificate)));
        body.accept(entry);
        return entry.toString().getBytes(StandardCharsets.UTF_8);
    }

    static void putHash(ObjectNode hash, byte[] bytes) {
        hash.put("algorithm", "sha256").put("value", HexFormat.of().formatHex(Sha256.of(bytes)));
    }

    static byte[] pem(byte[] certificate) {
        return ("-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
                + "\n-----END CERTIFICATE-----\n").getBytes(StandardCharsets.US_ASCII);
    }

    private void putEntry(ObjectNode entry, byte[] logged) {
        String promised = "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":%d}".formatted(TestBundle.base64(logged),
                integratedAt.getEpochSecond(), HexFormat.of().formatHex(rekor.id()), 1_000_000_000_000L + PLACE);
        entry.put("logIndex", Long.toString(1_000_000_000_000L + PLACE));
        entry.putObject("logId").put("keyId", TestBundle.base64(rekor.id()));
        entry.putObject("kindVersion").put("kind", "dsse").put("version", "0.0.1");
        entry.put("integratedTime", Long.toString(integratedAt.getEpochSecond()));
        entry.putObject("inclusionPromise").put("signedEntryTimestamp",
                TestBundle.base64(promiseSigner.sign(promised.getBytes(StandardCharsets.UTF_8))));
        putProof(entry.putObject("inclusionProof"), logged);
        entry.put("canonicalizedBody", TestBundle.base64(logged));
    }

    private void putProof(ObjectNode proof, byte[] logged) {
        var entries = new ArrayList<byte[]>();
        for (int i = 0; i < TREE_SIZE; i++) {
            entries.add(i == PLACE ? logged : new byte[] {(byte) i});
        }
        byte[] treeRoot = NaiveMerkleTree.root(entries);
        proof.put("logIndex", Integer.toString(PLACE)).put("treeSize", Integer.toString(TREE_SIZE)).put("rootHash", TestBundle.base64(treeRoot));
        ArrayNode hashes = proof.putArray("hashes");
        NaiveMerkleTree.path(PLACE, entries).forEach(hash -> hashes.add(TestBundle.base64(hash)));
        proof.putObject("checkpoint").put("envelope",
                checkpointSigner.checkpoint(origin, checkpointSize, checkpointRoot == null ? treeRoot : checkpointRoot));
    }

    /** The trusted root of this sigstore. */
    byte[] rootFile() {
        ObjectNode file = JSON.createObjectNode().put("mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
        rekor.describe(file.putArray("tlogs"));
        putAuthority(file.putArray("certificateAuthorities"), List.of(intermediate, root), authorityFrom, authorityTo);
        certificateLog.describe(file.putArray("ctlogs"));
        timestamps.describe(file.putArray("timestampAuthorities"));
        trustedRoot.accept(file);
        return TestBundle.bytes(file);
    }

    static void putAuthority(ArrayNode authorities, List<TestCa> chain, Instant from, Instant to) {
        ObjectNode authority = authorities.addObject().put("uri", "https://ca.example.com");
        authority.putObject("subject").put("organization", "test").put("commonName", chain.getLast().name);
        ArrayNode certificates = authority.putObject("certChain").putArray("certificates");
        chain.forEach(ca -> certificates.addObject().put("rawBytes", TestBundle.base64(der(ca.certificate))));
        putValidity(authority, from, to);
    }

    static void putValidity(ObjectNode owner, Instant from, Instant to) {
        ObjectNode validity = owner.putObject("validFor").put("start", from.toString());
        if (to != null) {
            validity.put("end", to.toString());
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    /** Trusts the signer by this sigstore. */
    TrustedSigners trusted() {
        return trusted(IDENTITY, ISSUER);
    }

    TrustedSigners trusted(String identity, String issuer) {
        return TrustedSigners.of(TrustedIdentities.of(identity, issuer, TrustedRoot.parse(rootFile(), "root.json")));
    }
}
