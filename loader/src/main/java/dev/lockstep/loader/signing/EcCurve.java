package dev.lockstep.loader.signing;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Optional;

/** The three curves of OpenSSF Model Signing. Each curve has exactly one hash, so a signature names no algorithm. */
public enum EcCurve {
    P256("P-256", "secp256r1", "SHA256withECDSA"),
    P384("P-384", "secp384r1", "SHA384withECDSA"),
    P521("P-521", "secp521r1", "SHA512withECDSA");

    private final String label;
    private final String jcaName;
    private final String signatureAlgorithm;
    private final ECParameterSpec parameters;

    EcCurve(String label, String jcaName, String signatureAlgorithm) {
        this.label = label;
        this.jcaName = jcaName;
        this.signatureAlgorithm = signatureAlgorithm;
        this.parameters = lookUp(jcaName);
    }

    private static ECParameterSpec lookUp(String jcaName) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(jcaName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks the curve " + jcaName, e);
        }
    }

    /** The curve with exactly these parameters, if it is one of the three. */
    public static Optional<EcCurve> of(ECParameterSpec wanted) {
        for (EcCurve curve : values()) {
            ECParameterSpec own = curve.parameters;
            if (own.getCurve().equals(wanted.getCurve()) && own.getGenerator().equals(wanted.getGenerator())
                    && own.getOrder().equals(wanted.getOrder()) && own.getCofactor() == wanted.getCofactor()) {
                return Optional.of(curve);
            }
        }
        return Optional.empty();
    }

    /**
     * The curve of a public key.
     *
     * @throws IllegalArgumentException if the key is on another curve
     */
    public static EcCurve of(ECPublicKey key) {
        return of(key.getParams()).orElseThrow(() -> new IllegalArgumentException(
                "the key is on another curve than P-256, P-384 or P-521: " + key.getParams()));
    }

    /**
     * The same key as this JDK encodes it, whichever provider it came from: equal keys then have equal bytes.
     *
     * @throws IllegalArgumentException if the key is on another curve or its point is on no curve
     */
    static ECPublicKey canonical(ECPublicKey key) {
        return of(key).publicKey(key.getW());
    }

    /**
     * The public key with this point.
     *
     * @throws IllegalArgumentException if the point is not on the curve
     */
    ECPublicKey publicKey(ECPoint point) {
        if (!contains(point)) {
            throw new IllegalArgumentException("the public key is not a point on " + label);
        }
        try {
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the public key does not suit " + label, e);
        }
    }

    /** y² = x³ + ax + b in the field; these curves have cofactor 1, so every such point has the right order. */
    public boolean contains(ECPoint point) {
        if (point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        if (x.signum() < 0 || x.compareTo(p) >= 0 || y.signum() < 0 || y.compareTo(p) >= 0) {
            return false;
        }
        BigInteger right = x.pow(3).add(parameters.getCurve().getA().multiply(x)).add(parameters.getCurve().getB());
        return y.pow(2).subtract(right).mod(p).signum() == 0;
    }

    /** The name NIST gives it, for people: {@code P-384}. */
    public String label() {
        return label;
    }

    /** The name the JCA knows: {@code secp384r1}. */
    public String jcaName() {
        return jcaName;
    }

    /** The JCA signature algorithm with this curve's hash; signatures are DER sequences (r, s). */
    public String signatureAlgorithm() {
        return signatureAlgorithm;
    }

    public ECParameterSpec parameters() {
        return parameters;
    }

    @Override
    public String toString() {
        return label;
    }
}
