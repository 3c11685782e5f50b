package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.HashAlgorithm;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.loader.signing.TrustedRoot;
import dev.lockstep.loader.trust.Revocations.RevokedCertificate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The JSON text of a trust policy. Members that it does not know are refused everywhere; {@code comment} is for people. */
final class TrustDocumentReader {
    private static final String FORMAT = "lockstep-trust-policy/v1";

    /** Far more than anybody administers by hand; bounds the work of a decision. */
    private static final int MAX_ENTRIES = 10_000;

    /** RFC 5280, section 4.1.2.2: 20 bytes. */
    private static final int MAX_SERIAL_DIGITS = 40;

    private static final Set<String> MEMBERS = Set.of("format", "name", "version", "notAfter", "sigstoreRoot", "models", "revoked", "comment");
    private static final Set<String> MODEL_MEMBERS =
            Set.of("name", "signers", "threshold", "postQuantum", "digests", "minVersion", "notAfter", "files", "memory", "comment");
    private static final Set<String> REVOKED_MEMBERS = Set.of("keys", "certificates", "digests", "comment");
    private static final Set<String> REVOKED_CERTIFICATE_MEMBERS = Set.of("issuer", "serial", "comment");

    private TrustDocumentReader() {
    }

    static TrustDocument read(byte[] json, String file) {
        StrictJson root = StrictJson.parse(json, file, TrustFileException::new);
        root.allowOnly(MEMBERS);
        root.require("format", FORMAT);
        List<ModelRule> models = bounded(root, "models").stream().map(TrustDocumentReader::rule).toList();
        if (models.isEmpty()) {
            throw root.fault("names no models, so it would refuse all; list them in \"models\", or \"*\" for any");
        }
        var names = new HashSet<String>();
        for (ModelRule rule : models) {
            if (!names.add(rule.model())) {
                throw root.fault("has two rules for the model \"" + rule.model() + '"');
            }
        }
        Revocations revoked = root.has("revoked") ? revocations(root.object("revoked")) : Revocations.NONE;
        return new TrustDocument(root.text("name"), root.positiveNumber("version"), root.instantIfPresent("notAfter"), sigstoreRoot(root), models, revoked);
    }

    private static Optional<TrustedRoot> sigstoreRoot(StrictJson root) {
        if (!root.has("sigstoreRoot")) {
            return Optional.empty();
        }
        StrictJson sigstore = root.object("sigstoreRoot");
        return Optional.of(TrustedRoot.parse(sigstore.node().toString().getBytes(StandardCharsets.UTF_8), root.file() + " sigstoreRoot"));
    }

    private static ModelRule rule(StrictJson model) {
        model.allowOnly(MODEL_MEMBERS);
        List<PolicySigner> signers = bounded(model, "signers").stream().map(PolicySignerReader::read).toList();
        requireDistinct(model, signers);
        boolean postQuantum = choice(model, "postQuantum", "required", "optional");
        if (postQuantum && signers.stream().anyMatch(signer -> signer.postQuantum().isEmpty())) {
            throw model.fault("requires post-quantum signatures, but not every signer has a \"postQuantum\" key");
        }
        long threshold = model.has("threshold") ? model.positiveNumber("threshold") : 1;
        if (threshold > signers.size()) {
            throw model.fault("needs " + threshold + " signers, but names only " + signers.size());
        }
        OptionalLong minVersion = model.has("minVersion") ? OptionalLong.of(model.positiveNumber("minVersion")) : OptionalLong.empty();
        Optional<Instant> notAfter = model.instantIfPresent("notAfter");
        return new ModelRule(model.text("name"), signers, (int) threshold, postQuantum, digests(model), minVersion, notAfter,
                choice(model, "files", "protected", "any"), choice(model, "memory", "hardened", "any"));
    }

    /** True for the strict word, false for the lax one, which is meant if there is none. */
    private static boolean choice(StrictJson model, String member, String strict, String lax) {
        String word = model.textIfPresent(member).orElse(lax);
        if (!word.equals(strict) && !word.equals(lax)) {
            throw model.fault("has a \"" + member + "\" that is neither \"" + strict + "\" nor \"" + lax + '"');
        }
        return word.equals(strict);
    }

    /** Nobody may be able to fulfil two entries: each counts for another person. */
    private static void requireDistinct(StrictJson model, List<PolicySigner> signers) {
        var keys = new ArrayList<KeyId>();
        for (PolicySigner signer : signers) {
            if (signer instanceof PolicySigner.Key classical) {
                keys.add(classical.key().id());
            }
            signer.postQuantum().ifPresent(key -> keys.add(key.id()));
        }
        boolean overlap = new HashSet<>(keys).size() < keys.size();
        for (int i = 0; i < signers.size(); i++) {
            PolicySigner one = signers.get(i);
            overlap |= signers.subList(i + 1, signers.size()).stream().anyMatch(one::overlaps);
        }
        if (overlap) {
            throw model.fault("names a signer twice; each counts once");
        }
    }

    private static Revocations revocations(StrictJson revoked) {
        revoked.allowOnly(REVOKED_MEMBERS);
        var keys = new HashSet<KeyId>();
        if (revoked.has("keys")) {
            revoked.texts("keys").forEach(text -> keys.add(keyId(revoked, text)));
        }
        var certificates = new HashSet<RevokedCertificate>();
        if (revoked.has("certificates")) {
            bounded(revoked, "certificates").forEach(certificate -> certificates.add(revokedCertificate(certificate)));
        }
        return new Revocations(keys, certificates, digests(revoked));
    }

    private static RevokedCertificate revokedCertificate(StrictJson certificate) {
        certificate.allowOnly(REVOKED_CERTIFICATE_MEMBERS);
        String serial = certificate.text("serial");
        boolean hex = serial.length() <= MAX_SERIAL_DIGITS && serial.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
        if (!hex) {
            throw certificate.fault("has a \"serial\" that is not up to " + MAX_SERIAL_DIGITS + " hex digits");
        }
        return new RevokedCertificate(PolicySignerReader.principal(certificate, "issuer"), new BigInteger(serial, 16));
    }

    private static Set<String> digests(StrictJson object) {
        if (!object.has("digests")) {
            return Set.of();
        }
        List<String> digests = object.texts("digests");
        for (String digest : digests) {
            boolean known = List.of(HashAlgorithm.values()).stream().anyMatch(algorithm -> algorithm.isHex(digest));
            if (!known) {
                throw object.fault("has a digest that is not lower-case hex digits of a whole digest: \"" + digest + '"');
            }
        }
        if (digests.isEmpty()) {
            throw object.fault("has an empty list of digests; leave it out if none is meant");
        }
        return Set.copyOf(digests);
    }

    static KeyId keyId(StrictJson object, String text) {
        if (!HashAlgorithm.SHA_256.isHex(text)) {
            throw object.fault("has a key id that is not 64 lower-case hex digits: \"" + text + '"');
        }
        return new KeyId(text);
    }

    private static List<StrictJson> bounded(StrictJson object, String member) {
        List<StrictJson> entries = object.objects(member);
        if (entries.size() > MAX_ENTRIES) {
            throw object.fault("has " + entries.size() + " " + member + "; at most " + MAX_ENTRIES + " are accepted");
        }
        return entries;
    }
}
