package dev.lockstep.loader.signing;

import java.nio.file.Path;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;

/**
 * A signature that has just been made and is in memory only.
 *
 * @param json the bundle as it is to be written
 * @param manifest what it signs, read back from it
 */
record NewBundle(byte[] json, SignedManifest manifest) {
    /**
     * Signs a statement, and verifies the result before anybody sees it: what this library would refuse, nobody should be given.
     *
     * @param file where it will go, for messages
     * @throws SigningException if the signature does not verify
     */
    static NewBundle sign(SigningIdentity signer, byte[] payload, Path file) {
        byte[] json = json(signer, payload);
        try {
            return new NewBundle(json, BundleVerifier.verify(json, file.toString(), signer.asTrusted()));
        } catch (ModelSignatureException e) {
            throw new SigningException(file.toString(), "the new signature does not verify, so it is not written"
                    + " (does the public key belong to the private key?): " + e.getMessage(), e);
        }
    }

    /** A bundle that signs a payload of any kind; nothing of it is verified. */
    static byte[] json(SigningIdentity signer, byte[] payload) {
        byte[] message = Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload);
        byte[] signature = Dsse.sign(signer.keys().getPrivate(), SigningAlgorithm.of(signer.publicKey()), message);
        var json = new JsonMapper();
        var bundle = json.createObjectNode();
        bundle.put("mediaType", SignatureBundle.MEDIA_TYPE);
        var material = bundle.putObject("verificationMaterial");
        signer.describe(material);
        material.putArray("tlogEntries");
        var envelope = bundle.putObject("dsseEnvelope");
        envelope.put("payload", Base64.getEncoder().encodeToString(payload));
        envelope.put("payloadType", Dsse.IN_TOTO);
        envelope.putArray("signatures").addObject()
                .put("sig", Base64.getEncoder().encodeToString(signature))
                .put("keyid", "");
        return json.writeValueAsBytes(bundle);
    }
}
