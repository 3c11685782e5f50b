package dev.lockstep.loader.signing;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import tools.jackson.databind.node.ArrayNode;

/** A timestamp authority: RFC 3161. */
final class TestTimestamps {
    final TestCa root = TestCa.authority("timestamps root").selfSigned();
    TestCa signer = TestCa.signer("timestamps", SigningKeys.generate(EcCurve.P256))
            .criticalPurposes(KeyPurposeId.id_kp_timeStamping).issuedBy(root);
    Instant from = Instant.EPOCH;
    Instant to;

    /** Whether a trusted root names the signer, or only the authority above it. */
    boolean signerIsListed = true;

    /** Adds it to a trusted root. */
    void describe(ArrayNode authorities) {
        TestSigstore.putAuthority(authorities, signerIsListed ? List.of(signer, root) : List.of(root), from, to);
    }

    /** A response with a token that some bytes existed at a time. */
    byte[] stamp(byte[] bytes, Instant time) {
        return stamp(bytes, time, "SHA-256", TSPAlgorithms.SHA256);
    }

    byte[] stamp(byte[] bytes, Instant time, String hash, ASN1ObjectIdentifier hashId) {
        try {
            var signerInfo = new JcaSimpleSignerInfoGeneratorBuilder().build("SHA256withECDSA", signer.keys.getPrivate(), signer.certificate);
            // names the signer's certificate in the token, which is what RFC 3161 has SHA-1 for
            var digest = new JcaDigestCalculatorProviderBuilder().build().get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1));
            var tokens = new TimeStampTokenGenerator(signerInfo, digest, new ASN1ObjectIdentifier("1.2.3"));
            tokens.addCertificates(new JcaCertStore(List.of(signer.certificate)));
            var request = new TimeStampRequestGenerator();
            request.setCertReq(true);
            byte[] imprint = MessageDigest.getInstance(hash).digest(bytes);
            return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
                    .generate(request.generate(hashId, imprint), BigInteger.TWO, Date.from(time)).getEncoded();
        } catch (TSPException | IOException | OperatorCreationException | CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
