package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.Ecdsa;
import dev.lockstep.loader.internal.crypto.JcaSignature;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.EcCurve;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The public key that a log signs with.
 *
 * @param kind protobuf-specs' name of the key's kind and the hash
 * @param key absent if the kind is not supported; such a log proves nothing
 */
record LogKey(String kind, Optional<PublicKey> key) {
    private static final String ED25519 = "Ed25519";
    private static final String KIND_ED25519 = "PKIX_ED25519";
    private static final Map<String, EcCurve> ECDSA_KINDS = Map.of(
            "PKIX_ECDSA_P256_SHA_256", EcCurve.P256,
            "PKIX_ECDSA_P384_SHA_384", EcCurve.P384,
            "PKIX_ECDSA_P521_SHA_512", EcCurve.P521);
    private static final Set<String> MEMBERS = Set.of("rawBytes", "keyDetails", "validFor");

    static LogKey parse(StrictJson json) {
        json.allowOnly(MEMBERS);
        String kind = json.text("keyDetails");
        byte[] spki = json.base64("rawBytes");
        try {
            return new LogKey(kind, decode(kind, spki));
        } catch (GeneralSecurityException e) {
            throw json.fault("is not a key of the kind \"" + kind + '"');
        }
    }

    private static Optional<PublicKey> decode(String kind, byte[] spki) throws GeneralSecurityException {
        EcCurve curve = ECDSA_KINDS.get(kind);
        if (curve == null && !kind.equals(KIND_ED25519)) {
            return Optional.empty();
        }
        PublicKey key = KeyFactory.getInstance(curve == null ? ED25519 : "EC").generatePublic(new X509EncodedKeySpec(spki));
        boolean offCurve = key instanceof ECPublicKey ec
                && EcCurve.of(ec.getParams()).filter(curve::equals).filter(own -> own.contains(ec.getW())).isEmpty();
        if (offCurve || !Arrays.equals(key.getEncoded(), spki)) {
            throw new GeneralSecurityException("another curve or encoding");
        }
        return Optional.of(key);
    }

    /** True if this key signed the message. */
    boolean verify(byte[] message, byte[] signature) {
        return key.filter(known -> known instanceof ECPublicKey ec
                ? Ecdsa.verify(ec, ECDSA_KINDS.get(kind).signatureAlgorithm(), message, signature)
                : JcaSignature.verify(known, ED25519, message, signature)).isPresent();
    }
}
