package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Verifies sigstore's evidence against a trusted root, offline: sigstore/architecture-docs, client-spec.md, section 4. Stricter than
 * that, an inclusion proof is required besides the log's promise, and whatever is there must be right.
 *
 * <p>The certificate of such a signer lives for minutes, its key for seconds. What counts is therefore not whether it is valid now, but
 * whether it was when the signature was made, and that takes the word of somebody other than the signer: the log that took the
 * signature, or a timestamp authority. The clock of this machine is never asked.
 */
public final class SigstoreVerifier {
    private final TrustMaterial trusted;
    private final SigstoreEvidence evidence;
    private final SignedContent content;
    private final String file;

    private SigstoreVerifier(TrustMaterial trusted, SigstoreEvidence evidence, SignedContent content, String file) {
        this.trusted = trusted;
        this.evidence = evidence;
        this.content = content;
        this.file = file;
    }

    /**
     * Whom the evidence proves to have made a signature; the signature itself is still to be verified.
     *
     * @param payload what was signed
     * @param signature over it
     * @param file the bundle, for messages
     * @throws ModelSignatureException if any part of the evidence is missing or wrong
     */
    public static SigstoreSigner verify(SigstoreEvidence evidence, byte[] payload, byte[] signature, TrustMaterial trusted, String file) {
        return new SigstoreVerifier(trusted, evidence, new SignedContent(payload, signature, evidence.certificate()), file).verify();
    }

    private SigstoreSigner verify() {
        FulcioCertificate certificate = FulcioCertificate.parse(content.certificate(), file);
        List<TransparencyLog> logs = evidence.entries().stream()
                .map(entry -> entry.requireLogged(content, trusted.tlogs(), file)).toList();
        List<Instant> times = times();
        logs.forEach(log -> requireInTime(log, times));
        times.forEach(certificate::requireValidAt);
        CertificateAuthority authority = issuerOf(certificate.certificate(), times);
        certificate.requireForSigning();
        CertificateLogs.requireLogged(certificate.certificate(), authority.first(), trusted.ctlogs(), file);
        return new SigstoreSigner(certificate.key(), certificate.identity(), certificate.issuer());
    }

    /** When the signature existed, on the word of each who says so. */
    private List<Instant> times() {
        var times = new ArrayList<Instant>();
        evidence.entries().forEach(entry -> entry.promisedTime().ifPresent(times::add));
        for (byte[] response : evidence.timestamps()) {
            TimestampToken.parse(response, file).timeOf(content.signature(), trusted.timestampAuthorities()).ifPresent(times::add);
        }
        if (times.isEmpty()) {
            throw new ModelSignatureException(Reason.TIMESTAMP_INVALID, file, "nobody whom the trusted root knows says when it was signed:"
                    + " neither the log, nor a timestamp authority");
        }
        return times;
    }

    private void requireInTime(TransparencyLog log, List<Instant> times) {
        for (Instant time : times) {
            if (!log.validity().contains(time)) {
                throw new ModelSignatureException(Reason.LOG_ENTRY_INVALID, file, "the log entry is of " + time
                        + ", outside of the time of the log " + log.host() + " (" + log.validity() + ')');
            }
        }
    }

    private CertificateAuthority issuerOf(X509Certificate certificate, List<Instant> times) {
        List<CertificateAuthority> issuers = trusted.authorities().stream().filter(authority -> leadsTo(authority, certificate, times)).toList();
        if (issuers.isEmpty()) {
            throw new ModelSignatureException(Reason.CERTIFICATE_UNTRUSTED, file,
                    "the certificate was not issued by an authority that the trusted root knows and that was valid then");
        }
        return issuers.stream().filter(issuer -> times.stream().allMatch(issuer.validity()::contains)).findFirst()
                .orElseThrow(() -> new ModelSignatureException(Reason.CERTIFICATE_INVALID, file, "the certificate was used (" + times.getFirst()
                        + ") outside of the time of its authority (" + issuers.getFirst().validity() + ')'));
    }

    private static boolean leadsTo(CertificateAuthority authority, X509Certificate certificate, List<Instant> times) {
        try {
            for (Instant time : times) {
                authority.validate(certificate, time);
            }
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
