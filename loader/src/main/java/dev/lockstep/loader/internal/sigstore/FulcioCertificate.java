package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.CertificateDer;
import dev.lockstep.loader.signing.EcCurve;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.OtherName;

/**
 * The certificate of a sigstore signer: a key, whom Fulcio gave it to, and on whose word (sigstore/fulcio, docs/oid-info.md and
 * docs/certificate-specification.md). Nothing that it says counts before its chain was validated.
 *
 * @param file the bundle, for messages
 */
record FulcioCertificate(X509Certificate certificate, String file) {
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String USERNAME = "1.3.6.1.4.1.57264.1.7";

    /** The issuer of the identity's token, as the bytes of its text, without any encoding. */
    private static final String ISSUER_V1 = "1.3.6.1.4.1.57264.1.1";

    /** The same as a UTF8String. */
    private static final String ISSUER_V2 = "1.3.6.1.4.1.57264.1.8";

    /** Reads what BouncyCastle decodes; it reports malformed input by many exceptions, unchecked ones among them. */
    private interface Decoder<T> {
        T decode(byte[] der) throws CharacterCodingException;
    }

    static FulcioCertificate parse(byte[] der, String file) {
        try {
            return new FulcioCertificate(CertificateDer.parse(der), file);
        } catch (CertificateException e) {
            throw new ModelSignatureException(Reason.BUNDLE_MALFORMED, file, "the certificate cannot be read: " + e.getMessage(), e);
        }
    }

    void requireValidAt(Instant time) {
        try {
            certificate.checkValidity(Date.from(time));
        } catch (CertificateException e) {
            throw new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate was not valid when it signed (" + time + "): "
                    + e.getMessage(), e);
        }
    }

    /** Requires a certificate for signing code, with a key on one of the curves of {@link EcCurve}. */
    void requireForSigning() {
        boolean usable = certificate.getPublicKey() instanceof ECPublicKey key
                && EcCurve.of(key.getParams()).filter(curve -> curve.contains(key.getW())).isPresent();
        if (!usable) {
            throw invalid("has a key of the kind " + certificate.getPublicKey().getAlgorithm() + "; P-256, P-384 and P-521 are accepted");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage == null || !usage[DIGITAL_SIGNATURE]) {
            throw invalid("is not for digital signatures (key usage)");
        }
        List<String> extended = extendedKeyUsage();
        if (extended == null || !extended.contains(CODE_SIGNING)) {
            throw invalid("is not for code signing (extended key usage)");
        }
    }

    private List<String> extendedKeyUsage() {
        try {
            return certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw invalid("has an extended key usage that cannot be read");
        }
    }

    ECPublicKey key() {
        return (ECPublicKey) certificate.getPublicKey();
    }

    /** The only subject alternative name: an e-mail address, a URI, or what Fulcio calls a user name. */
    String identity() {
        return decode(ALTERNATIVE_NAMES, "identity (subject alternative name)", der -> onlyName(GeneralNames.getInstance(der).getNames()));
    }

    private String onlyName(GeneralName[] names) {
        if (names.length != 1) {
            throw invalid("has " + names.length + " identities (subject alternative names); exactly one is accepted");
        }
        return switch (names[0].getTagNo()) {
            case GeneralName.rfc822Name, GeneralName.uniformResourceIdentifier -> names[0].getName().toString();
            case GeneralName.otherName -> username(OtherName.getInstance(names[0].getName()));
            default -> throw invalid("has an identity that is neither an e-mail address nor a URI nor a user name");
        };
    }

    private String username(OtherName name) {
        if (!name.getTypeID().getId().equals(USERNAME) || !(name.getValue() instanceof ASN1UTF8String text)) {
            throw invalid("has an identity of an unknown kind (" + name.getTypeID() + ")");
        }
        return text.getString();
    }

    /** Who vouched for the identity: the address of an OpenID Connect provider. */
    String issuer() {
        boolean hasV1 = certificate.getExtensionValue(ISSUER_V1) != null;
        boolean hasV2 = certificate.getExtensionValue(ISSUER_V2) != null;
        if (!hasV2) {
            return issuerV1();
        }
        String issuer = decode(ISSUER_V2, "identity provider", der -> ASN1UTF8String.getInstance(der).getString());
        if (hasV1 && !issuer.equals(issuerV1())) {
            throw invalid("names two identity providers, \"" + issuerV1() + "\" and \"" + issuer + '"');
        }
        return issuer;
    }

    private String issuerV1() {
        return decode(ISSUER_V1, "identity provider", text -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString());
    }

    /** The content of an extension that must be there. */
    private <T> T decode(String oid, String meaning, Decoder<T> decoder) {
        byte[] extension = certificate.getExtensionValue(oid);
        if (extension == null) {
            throw invalid("names no " + meaning);
        }
        try {
            return decoder.decode(ASN1OctetString.getInstance(extension).getOctets());
        } catch (ModelSignatureException e) {
            throw e;
        } catch (CharacterCodingException | RuntimeException e) {
            throw invalid("has an " + meaning + " that cannot be read");
        }
    }

    private ModelSignatureException invalid(String problem) {
        return new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate " + problem);
    }
}
