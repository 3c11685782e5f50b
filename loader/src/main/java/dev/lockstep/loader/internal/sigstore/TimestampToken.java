package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * An authority's word that some bytes existed at a time: RFC 3161.
 *
 * @param file the bundle, for messages
 */
record TimestampToken(TimeStampToken token, String file) {
    private static final Map<ASN1ObjectIdentifier, String> HASHES = Map.of(
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    /** Reads a {@code TimeStampResp}. */
    static TimestampToken parse(byte[] response, String file) {
        try {
            var parsed = new TimeStampResponse(response);
            boolean granted = parsed.getStatus() == PKIStatus.GRANTED || parsed.getStatus() == PKIStatus.GRANTED_WITH_MODS;
            if (granted && parsed.getTimeStampToken() != null) {
                return new TimestampToken(parsed.getTimeStampToken(), file);
            }
        } catch (TSPException | IOException | RuntimeException e) {
            // BouncyCastle reports malformed input by many exceptions, unchecked ones among them
            throw new ModelSignatureException(Reason.BUNDLE_MALFORMED, file, "the timestamp cannot be read", e);
        }
        throw invalid(file, "was not granted");
    }

    /**
     * The time at which bytes existed.
     *
     * @return nothing if none of the authorities issued the token: who is not known proves nothing, nor does it spoil anything
     * @throws ModelSignatureException if it names one of the authorities as its issuer, and is not what that issues for the bytes
     */
    Optional<Instant> timeOf(byte[] stamped, List<CertificateAuthority> authorities) {
        ModelSignatureException refusal = null;
        for (CertificateAuthority authority : authorities) {
            Optional<X509Certificate> signer = signer(authority);
            if (signer.isPresent()) {
                try {
                    return Optional.of(verify(stamped, signer.get(), authority));
                } catch (ModelSignatureException e) {
                    // an authority that has changed its key is listed twice, under one name
                    refusal = e;
                }
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        return Optional.empty();
    }

    /** The certificate of the token's signer: the authority's own, or one that came with the token and names that as its issuer. */
    private Optional<X509Certificate> signer(CertificateAuthority authority) {
        try {
            if (token.getSID().match(new JcaX509CertificateHolder(authority.first()))) {
                return Optional.of(authority.first());
            }
            for (X509CertificateHolder embedded : token.getCertificates().getMatches(null)) {
                X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(embedded);
                if (token.getSID().match(embedded)
                        && certificate.getIssuerX500Principal().equals(authority.first().getSubjectX500Principal())) {
                    return Optional.of(certificate);
                }
            }
            return Optional.empty();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new ModelSignatureException(Reason.BUNDLE_MALFORMED, file, "the certificates of the timestamp cannot be read", e);
        }
    }

    private Instant verify(byte[] stamped, X509Certificate signer, CertificateAuthority authority) {
        requireImprint(stamped);
        Instant time = token.getTimeStampInfo().getGenTime().toInstant();
        try {
            // looks at the certificate's purpose (timeStamping, critical, nothing else) and its dates as well
            token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
        } catch (TSPException | OperatorCreationException | RuntimeException e) {
            throw new ModelSignatureException(Reason.TIMESTAMP_INVALID, file, "the timestamp was not signed by its authority: "
                    + e.getMessage(), e);
        }
        try {
            authority.validate(signer, time);
        } catch (GeneralSecurityException e) {
            throw new ModelSignatureException(Reason.TIMESTAMP_INVALID, file, "the timestamp's signer does not lead to its authority: "
                    + e.getMessage(), e);
        }
        if (!authority.validity().contains(time)) {
            throw invalid(file, "(" + time + ") is from outside of the time of its authority (" + authority.validity() + ')');
        }
        return time;
    }

    private void requireImprint(byte[] stamped) {
        String hash = HASHES.get(token.getTimeStampInfo().getMessageImprintAlgOID());
        boolean weak = token.toCMSSignedData().getSignerInfos().getSigners().stream()
                .map(SignerInformation::getDigestAlgorithmID).anyMatch(digest -> !HASHES.containsKey(digest.getAlgorithm()));
        if (hash == null || weak) {
            throw invalid(file, "uses another hash than SHA-256, SHA-384 or SHA-512");
        }
        if (!MessageDigest.isEqual(digest(hash, stamped), token.getTimeStampInfo().getMessageImprintDigest())) {
            throw invalid(file, "is of another signature");
        }
    }

    private static byte[] digest(String hash, byte[] bytes) {
        try {
            return MessageDigest.getInstance(hash).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + hash, e);
        }
    }

    private static ModelSignatureException invalid(String file, String problem) {
        return new ModelSignatureException(Reason.TIMESTAMP_INVALID, file, "the timestamp " + problem);
    }
}
