package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.internal.sigstore.SigstoreEvidence;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.List;
import java.util.Set;

/**
 * A signature file as read, nothing of it trusted yet: who claims to have signed, the signed bytes, the signature. The
 * format is the sigstore bundle v0.3 in JSON with a DSSE envelope, as OpenSSF Model Signing v1.0 profiles it
 * (ossf/model-signing-spec a0c91e2, schemas/v1.0), signed with a bare key, with a certificate, or without a key of one's own.
 *
 * @param file what the caller calls the file, for messages
 * @param material how it says it can be verified
 * @param payload the signed statement, byte for byte as received
 * @param payloadType part of the signed text
 * @param signature in the form of the algorithm, which the key decides
 */
record SignatureBundle(String file, VerificationMaterial material, byte[] payload, String payloadType, byte[] signature) {
    static final int MAX_BYTES = StrictJson.MAX_BYTES;

    static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /** What no algorithm exceeds; the key then says what exactly is right. */
    private static final int MAX_SIGNATURE_BYTES = SigningAlgorithm.longestSignatureBytes();

    private static final Set<String> MEMBERS = Set.of("mediaType", "verificationMaterial", "dsseEnvelope");
    private static final Set<String> KEY_MEMBERS = Set.of("hint", "rawBytes", "keyDetails", "validFor");
    private static final String PUBLIC_KEY = "publicKey";
    private static final String CERTIFICATES = "x509CertificateChain";
    private static final List<String> METHODS = List.of(PUBLIC_KEY, CERTIFICATES, SigstoreEvidence.CERTIFICATE);
    private static final Set<String> MATERIAL_MEMBERS =
            Set.of(PUBLIC_KEY, CERTIFICATES, "tlogEntries", "timestampVerificationData");
    private static final Set<String> CHAIN_MEMBERS = Set.of("certificates");
    private static final Set<String> CERTIFICATE_MEMBERS = Set.of("rawBytes");
    private static final Set<String> ENVELOPE_MEMBERS = Set.of("payload", "payloadType", "signatures");
    private static final Set<String> SIGNATURE_MEMBERS = Set.of("sig", "keyid");

    /** @throws ModelSignatureException if the bytes are no bundle */
    static SignatureBundle parse(byte[] json, String file) {
        if (json.length > MAX_BYTES) {
            throw tooLarge(file);
        }
        if (json.length == 0) {
            throw new ModelSignatureException(Reason.BUNDLE_MALFORMED, file, "is empty, not a signature; sign again");
        }
        var root = StrictJson.parse(json, file, ModelSignatureException.faults(Reason.BUNDLE_MALFORMED));
        root.allowOnly(MEMBERS);
        requireMediaType(root);
        VerificationMaterial material = material(root.object("verificationMaterial"));
        StrictJson envelope = root.object("dsseEnvelope");
        envelope.allowOnly(ENVELOPE_MEMBERS);
        return new SignatureBundle(file, material, envelope.base64("payload"),
                envelope.text("payloadType"), onlySignature(envelope));
    }

    /** @throws ModelSignatureException if what is signed is of another type than the one that models are described in */
    void requireInToto() {
        if (!payloadType.equals(Dsse.IN_TOTO)) {
            throw new ModelSignatureException(Reason.STATEMENT_INVALID, file, "signs a payload of the type \"" + payloadType
                    + "\"; \"" + Dsse.IN_TOTO + "\" is accepted");
        }
    }

    static ModelSignatureException tooLarge(String file) {
        return new ModelSignatureException(Reason.BUNDLE_MALFORMED, file,
                "is larger than " + MAX_BYTES + " bytes; no signature file is");
    }

    private static void requireMediaType(StrictJson root) {
        String mediaType = root.text("mediaType");
        if (!mediaType.equals(MEDIA_TYPE)) {
            throw root.fault("has the media type \"" + mediaType + "\"; \"" + MEDIA_TYPE + "\" is accepted");
        }
    }

    private static VerificationMaterial material(StrictJson material) {
        if (METHODS.stream().filter(material::has).count() > 1) {
            throw material.fault("can be verified in several ways; exactly one of " + METHODS + " is accepted");
        }
        if (material.has(SigstoreEvidence.CERTIFICATE)) {
            return new VerificationMaterial.Sigstore(SigstoreEvidence.parse(material));
        }
        material.allowOnly(MATERIAL_MEMBERS);
        return material.has(CERTIFICATES) ? certificates(material.object(CERTIFICATES)) : key(material.object(PUBLIC_KEY));
    }

    private static VerificationMaterial key(StrictJson key) {
        key.allowOnly(KEY_MEMBERS);
        return new VerificationMaterial.Key(key.optionalText("hint"),
                key.optionalBase64("rawBytes"));
    }

    private static VerificationMaterial certificates(StrictJson chain) {
        chain.allowOnly(CHAIN_MEMBERS);
        List<StrictJson> certificates = chain.objects("certificates");
        if (certificates.isEmpty() || certificates.size() > CertificateChain.MAX_CERTIFICATES) {
            throw chain.fault("holds " + certificates.size() + " certificates; 1 to " + CertificateChain.MAX_CERTIFICATES + " are accepted");
        }
        certificates.forEach(certificate -> certificate.allowOnly(CERTIFICATE_MEMBERS));
        return new VerificationMaterial.Certificates(certificates.stream()
                .map(certificate -> certificate.base64("rawBytes")).toList());
    }

    /** With two signatures, which one makes the bundle good? The format allows many, OMS writes one. */
    private static byte[] onlySignature(StrictJson envelope) {
        List<StrictJson> signatures = envelope.objects("signatures");
        if (signatures.size() != 1) {
            throw envelope.fault("holds " + signatures.size() + " signatures; exactly one is accepted");
        }
        StrictJson signature = signatures.getFirst();
        signature.allowOnly(SIGNATURE_MEMBERS);
        signature.optionalText("keyid"); // unsigned and unused, but still a string
        byte[] bytes = signature.base64("sig");
        if (bytes.length > MAX_SIGNATURE_BYTES) {
            throw signature.fault("is " + bytes.length + " bytes long; no signature is");
        }
        return bytes;
    }
}
