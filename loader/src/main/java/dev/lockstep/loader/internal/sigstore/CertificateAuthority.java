package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.CertificateDer;
import dev.lockstep.loader.internal.json.StrictJson;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * An authority of a trusted root: one that issues certificates (Fulcio), or one that issues timestamps.
 *
 * @param chain its certificates, each issued by the next; the last one is the anchor. That of a timestamp authority may begin with
 *     the certificate of the signer itself
 */
record CertificateAuthority(List<X509Certificate> chain, Validity validity) {
    /** Real ones have one to three. */
    private static final int MAX_CERTIFICATES = 10;

    private static final Set<String> MEMBERS = Set.of("subject", "uri", "certChain", "validFor", "operator");
    private static final Set<String> CHAIN_MEMBERS = Set.of("certificates");
    private static final Set<String> CERTIFICATE_MEMBERS = Set.of("rawBytes");

    static CertificateAuthority parse(StrictJson json) {
        json.allowOnly(MEMBERS);
        StrictJson chain = json.object("certChain");
        chain.allowOnly(CHAIN_MEMBERS);
        List<StrictJson> certificates = chain.objects("certificates");
        if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
            throw chain.fault("holds " + certificates.size() + " certificates; 1 to " + MAX_CERTIFICATES + " are accepted");
        }
        return new CertificateAuthority(certificates.stream().map(CertificateAuthority::certificate).toList(), Validity.parse(json));
    }

    private static X509Certificate certificate(StrictJson json) {
        json.allowOnly(CERTIFICATE_MEMBERS);
        try {
            return CertificateDer.parse(json.base64("rawBytes"));
        } catch (CertificateException e) {
            throw json.fault("is no certificate: " + e.getMessage());
        }
    }

    /** Whoever signs certificates, or timestamps. */
    X509Certificate first() {
        return chain.getFirst();
    }

    /**
     * Requires that a certificate leads to this authority: RFC 5280 path validation by the JDK, without asking the network for
     * revocations. The authority's own window is not looked at.
     *
     * @param leaf issued by the first certificate of the chain, or that one itself
     * @throws GeneralSecurityException if it does not
     */
    void validate(X509Certificate leaf, Instant at) throws GeneralSecurityException {
        X509Certificate anchor = chain.getLast();
        // RFC 5280 leaves the dates of an anchor to whoever trusts it; an authority whose time is over vouches for nobody here
        anchor.checkValidity(Date.from(at));
        if (leaf.equals(anchor)) {
            return;
        }
        var path = new ArrayList<>(chain.subList(0, chain.size() - 1));
        if (!path.contains(leaf)) {
            path.addFirst(leaf);
        }
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    }
}
