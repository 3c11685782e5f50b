package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.EcdsaDer;
import dev.lockstep.loader.internal.text.Printable;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a model can be signed with: ECDSA on the three curves of OpenSSF Model Signing v1.0, each with its own hash, and ML-DSA-65
 * (FIPS 204), which that specification does not have yet. A signature names no algorithm; the trusted key decides.
 */
public enum SigningAlgorithm {
    P256(EcCurve.P256, 72),
    P384(EcCurve.P384, 104),
    P521(EcCurve.P521, 139),
    /** Withstands quantum computers, by what is known; security category 3, with the empty context string. */
    ML_DSA_65("ML-DSA-65", "ML-DSA", NamedParameterSpec.ML_DSA_65, "ML-DSA-65", MlDsaPublicKeys.SIGNATURE_BYTES,
            signature -> signature.length == MlDsaPublicKeys.SIGNATURE_BYTES);

    /** What is said to whoever brings a key of another kind. */
    static final String ACCEPTED = "keys on P-256, P-384 or P-521, and keys for ML-DSA-65, are accepted";

    private final String label;
    private final String generatorName;
    private final AlgorithmParameterSpec generatorParameters;
    private final String signatureName;
    private final int maxSignatureBytes;
    private final Predicate<byte[]> isSignatureForm;

    /** @param maxSignatureBytes two integers of the order's length and a sign bit, with their DER headers */
    SigningAlgorithm(EcCurve curve, int maxSignatureBytes) {
        this(curve.label(), "EC", new ECGenParameterSpec(curve.jcaName()), curve.signatureAlgorithm(), maxSignatureBytes,
                EcdsaDer::isCanonical);
    }

    SigningAlgorithm(String label, String generatorName, AlgorithmParameterSpec generatorParameters, String signatureName,
            int maxSignatureBytes, Predicate<byte[]> isSignatureForm) {
        this.label = label;
        this.generatorName = generatorName;
        this.generatorParameters = generatorParameters;
        this.signatureName = signatureName;
        this.maxSignatureBytes = maxSignatureBytes;
        this.isSignatureForm = isSignatureForm;
    }

    /**
     * The algorithm of a public key.
     *
     * @throws IllegalArgumentException if it is of another kind
     */
    public static SigningAlgorithm of(PublicKey key) {
        if (key instanceof ECPublicKey elliptic) {
            return of(EcCurve.of(elliptic));
        }
        if (MlDsaPublicKeys.isCanonical(key.getEncoded())) {
            return ML_DSA_65;
        }
        throw new IllegalArgumentException("the key is of the kind " + Printable.text(key.getAlgorithm()) + "; " + ACCEPTED);
    }

    /** True for a key whose signatures withstand quantum computers, by what is known. */
    public static boolean isPostQuantum(PublicKey key) {
        return of(key) == ML_DSA_65;
    }

    static SigningAlgorithm of(EcCurve curve) {
        return switch (curve) {
            case P256 -> P256;
            case P384 -> P384;
            case P521 -> P521;
        };
    }

    /** The algorithm with this label or constant's name, in any case: {@code P-384}, {@code p384}, {@code ml-dsa-65}. */
    public static Optional<SigningAlgorithm> named(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.label.equalsIgnoreCase(name) || algorithm.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * The same key as this JDK encodes it, whichever provider it came from: equal keys then have equal bytes.
     *
     * @throws IllegalArgumentException if the key is of another kind, or is none: a point beside its curve
     */
    static PublicKey canonical(PublicKey key) {
        return of(key) == ML_DSA_65 ? MlDsaPublicKeys.parse(key.getEncoded()) : EcCurve.canonical((ECPublicKey) key);
    }

    KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance(generatorName);
            generator.initialize(generatorParameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make a key for " + label, e);
        }
    }

    /** True for bytes that have the one form of a signature; whether they are one of some message is another question. */
    boolean isSignatureForm(byte[] signature) {
        return signature.length <= maxSignatureBytes && isSignatureForm.test(signature);
    }

    /** The longest signature of all. */
    static int longestSignatureBytes() {
        return Arrays.stream(values()).mapToInt(algorithm -> algorithm.maxSignatureBytes).max().orElseThrow();
    }

    /** The name that its standard gives it, for people: {@code P-384}, {@code ML-DSA-65}. */
    public String label() {
        return label;
    }

    /** The name of its signatures that the JCA knows. */
    String signatureName() {
        return signatureName;
    }

    @Override
    public String toString() {
        return label;
    }
}
