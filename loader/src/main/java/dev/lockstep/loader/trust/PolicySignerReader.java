package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.Certificates;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.KeyId;
import dev.lockstep.loader.signing.SigningAlgorithm;
import dev.lockstep.loader.signing.SigningKeys;
import dev.lockstep.loader.signing.TrustedIdentity;
import dev.lockstep.loader.trust.PolicySigner.PolicyKey;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/** The signers of a rule in the JSON text of a trust policy. */
final class PolicySignerReader {
    private static final Set<String> KEY_MEMBERS = Set.of("type", "keyId", "publicKey", "postQuantum", "comment");
    private static final Set<String> CERTIFICATE_MEMBERS = Set.of("type", "anchor", "subject", "postQuantum", "comment");
    private static final Set<String> IDENTITY_MEMBERS = Set.of("type", "identity", "issuer", "postQuantum", "comment");
    private static final Set<String> POST_QUANTUM_MEMBERS = Set.of("keyId", "publicKey", "comment");

    private PolicySignerReader() {
    }

    static PolicySigner read(StrictJson signer) {
        return switch (signer.text("type")) {
            case "key" -> {
                signer.allowOnly(KEY_MEMBERS);
                yield requireClassical(signer, new PolicySigner.Key(key(signer), postQuantum(signer)));
            }
            case "certificate" -> {
                signer.allowOnly(CERTIFICATE_MEMBERS);
                Optional<X500Principal> subject = signer.has("subject") ? Optional.of(principal(signer, "subject")) : Optional.empty();
                yield new PolicySigner.Certificate(anchor(signer), subject, postQuantum(signer));
            }
            case "sigstore" -> {
                signer.allowOnly(IDENTITY_MEMBERS);
                yield new PolicySigner.Sigstore(new TrustedIdentity(signer.text("identity"), signer.text("issuer")), postQuantum(signer));
            }
            default -> throw signer.fault("has a type that is neither \"key\" nor \"certificate\" nor \"sigstore\"");
        };
    }

    /** Two halves of one kind would fall together. */
    private static PolicySigner requireClassical(StrictJson object, PolicySigner.Key signer) {
        if (signer.postQuantum().isPresent() && signer.key().key().map(SigningAlgorithm::isPostQuantum).orElse(false)) {
            throw object.fault("has a post-quantum key in both places; the first one must be classical");
        }
        return signer;
    }

    private static Optional<PolicyKey> postQuantum(StrictJson signer) {
        if (!signer.has("postQuantum")) {
            return Optional.empty();
        }
        StrictJson half = signer.object("postQuantum");
        half.allowOnly(POST_QUANTUM_MEMBERS);
        PolicyKey key = key(half);
        if (!key.key().map(SigningAlgorithm::isPostQuantum).orElse(true)) {
            throw half.fault("is no post-quantum key; \"lockstep keygen --algorithm ML-DSA-65\" makes one");
        }
        return Optional.of(key);
    }

    private static PolicyKey key(StrictJson object) {
        KeyId id = TrustDocumentReader.keyId(object, object.text("keyId"));
        Optional<PublicKey> key = object.textIfPresent("publicKey").map(pem -> publicKey(object, pem));
        if (key.isPresent() && !KeyId.of(key.get()).equals(id)) {
            throw object.fault("has a \"publicKey\" whose id is not the \"keyId\" but " + KeyId.of(key.get()));
        }
        return new PolicyKey(id, key);
    }

    private static PublicKey publicKey(StrictJson object, String pem) {
        try {
            return SigningKeys.parsePublicKey(pem.getBytes(StandardCharsets.UTF_8), "publicKey");
        } catch (KeyFileException e) {
            throw object.fault("cannot be used: " + e.getMessage());
        }
    }

    private static X509Certificate anchor(StrictJson signer) {
        List<X509Certificate> certificates;
        try {
            certificates = Certificates.parsePem(signer.text("anchor").getBytes(StandardCharsets.UTF_8), "anchor");
        } catch (KeyFileException e) {
            throw signer.fault("cannot be used: " + e.getMessage());
        }
        if (certificates.size() != 1) {
            throw signer.fault("has " + certificates.size() + " certificates in \"anchor\"; exactly one is accepted");
        }
        return certificates.getFirst();
    }

    static X500Principal principal(StrictJson object, String member) {
        try {
            return new X500Principal(object.text(member));
        } catch (IllegalArgumentException e) {
            throw object.fault("has a \"" + member + "\" that is no distinguished name like \"CN=Jane, O=Example\"");
        }
    }
}
