package dev.lockstep.loader.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.loader.internal.crypto.CertificateDer;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bundles with certificates: each refused one has exactly one thing wrong, and is signed as it should be. */
class CertificateTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final TestCa ROOT = TestCa.authority("root").selfSigned();
    private static final TestCa ISSUER = TestCa.authority("issuer").issuedBy(ROOT);
    private static final TestCa SIGNER = TestCa.signer("signer").issuedBy(ISSUER);

    @TempDir
    private Path folder;

    private static TrustedSigners trusted(X509Certificate... anchors) {
        return TrustedSigners.of(new TrustedCertificates(List.of(anchors), InstantSource.fixed(TestCa.NOW)));
    }

    /** A sound bundle of the signer, with these certificates. */
    private static byte[] bundle(TestCa signer, X509Certificate... chain) {
        return TestBundle.bytes(bundleJson(signer, chain));
    }

    private static ObjectNode bundleJson(TestCa signer, X509Certificate... chain) {
        ObjectNode bundle = new TestBundle(signer.keys).sign();
        ((ObjectNode) bundle.get("verificationMaterial")).remove("publicKey");
        ArrayNode certificates = ((ObjectNode) bundle.get("verificationMaterial")).putObject("x509CertificateChain").putArray("certificates");
        Arrays.stream(chain).forEach(certificate -> certificates.addObject().put("rawBytes", TestBundle.base64(der(certificate))));
        return bundle;
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static void accepts(byte[] bundle, X509Certificate... anchors) {
        assertThat(BundleVerifier.verify(bundle, "model.sig", trusted(anchors)).names()).containsExactly("a", "b");
    }

    private static void refuses(byte[] bundle, Reason reason, String inMessage, X509Certificate... anchors) {
        refuses(bundle, trusted(anchors), reason, inMessage);
    }

    private static void refuses(byte[] bundle, TrustedSigners trusted, Reason reason, String inMessage) {
        var refusal = catchThrowableOfType(ModelSignatureException.class, () -> BundleVerifier.verify(bundle, "model.sig", trusted));
        assertThat(refusal).isNotNull().hasMessageContaining(inMessage);
        assertThat(refusal.reason()).isEqualTo(reason);
    }

    @Test
    void aChainMayEndAtAnyTrustedCertificate() {
        accepts(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate), ROOT.certificate);
        accepts(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate, ROOT.certificate), ROOT.certificate);
        accepts(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate, ROOT.certificate), ISSUER.certificate);
        accepts(bundle(SIGNER, SIGNER.certificate), ISSUER.certificate);
        accepts(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate, ROOT.certificate), SIGNER.certificate);
        var other = TestCa.authority("other").selfSigned();
        accepts(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate), other.certificate, ROOT.certificate);
    }

    @Test
    void anAuthorityThatRenewedItsCertificateIsFoundInAnyOrder() {
        var old = TestCa.authority("root", ROOT.keys).valid(DAY.multipliedBy(-60), DAY.multipliedBy(-1)).selfSigned();
        byte[] bundle = bundle(SIGNER, SIGNER.certificate, ISSUER.certificate);
        accepts(bundle, old.certificate, ROOT.certificate);
        accepts(bundle, ROOT.certificate, old.certificate);
        refuses(bundle, Reason.CERTIFICATE_INVALID, "\"CN=root\" is not valid now", old.certificate);
    }

    @Test
    void theManifestSaysWhoTheCertificateNames() {
        var manifest = BundleVerifier.verify(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate), "b", trusted(ROOT.certificate));
        assertThat(((Signer.Certificate) manifest.signer()).subject()).isEqualTo("CN=signer");
        assertThat(manifest.signer().key()).isEqualTo(KeyId.of((ECPublicKey) SIGNER.keys.getPublic()));
    }

    @Test
    void aSelfSignedSignerIsGoodIfItIsTrustedItself() {
        var alone = TestCa.signer("alone").selfSigned();
        accepts(bundle(alone, alone.certificate), alone.certificate);
        accepts(bundle(alone, alone.certificate, alone.certificate), alone.certificate);
        refuses(bundle(alone, alone.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted", ROOT.certificate);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void signersOnAllThreeCurves(EcCurve curve) {
        var signer = TestCa.signer("signer", SigningKeys.generate(curve)).issuedBy(ROOT);
        accepts(bundle(signer, signer.certificate), ROOT.certificate);
    }

    @Test
    void eitherUsageIsEnoughButNoneMayForbid() {
        accepts(bundleOf(TestCa.signer("s").usage(null)), ROOT.certificate);
        accepts(bundleOf(TestCa.signer("s").purposes((KeyPurposeId[]) null)), ROOT.certificate);
        accepts(bundleOf(TestCa.signer("s").purposes(KeyPurposeId.anyExtendedKeyUsage)), ROOT.certificate);
        refuses(bundleOf(TestCa.signer("s").usage(null).purposes((KeyPurposeId[]) null)), Reason.CERTIFICATE_INVALID,
                "does not say what its key is for", ROOT.certificate);
        refuses(bundleOf(TestCa.signer("s").usage(KeyUsage.keyAgreement)), Reason.CERTIFICATE_INVALID, "not for digital signatures",
                ROOT.certificate);
        refuses(bundleOf(TestCa.signer("s").purposes(KeyPurposeId.id_kp_serverAuth)), Reason.CERTIFICATE_INVALID,
                "not for code signing", ROOT.certificate);
    }

    private static byte[] bundleOf(TestCa signer) {
        return bundle(signer, signer.issuedBy(ROOT).certificate);
    }

    @Test
    void everyCertificateMustBeValidNow() {
        var expired = TestCa.signer("signer").valid(DAY.multipliedBy(-9), DAY.negated()).issuedBy(ROOT);
        refuses(bundle(expired, expired.certificate), Reason.CERTIFICATE_INVALID, "is not valid now", ROOT.certificate);
        refuses(bundle(expired, expired.certificate), Reason.CERTIFICATE_INVALID, "is not valid now", expired.certificate);
        var early = TestCa.signer("signer").valid(DAY, DAY.multipliedBy(9)).issuedBy(ROOT);
        refuses(bundle(early, early.certificate), Reason.CERTIFICATE_INVALID, "is not valid now", ROOT.certificate);

        var oldIssuer = TestCa.authority("old issuer").valid(DAY.multipliedBy(-9), DAY.negated()).issuedBy(ROOT);
        var signer = TestCa.signer("signer").issuedBy(oldIssuer);
        refuses(bundle(signer, signer.certificate, oldIssuer.certificate), Reason.CERTIFICATE_INVALID, "\"CN=old issuer\" is not valid now",
                ROOT.certificate);
        refuses(bundle(signer, signer.certificate), Reason.CERTIFICATE_INVALID, "\"CN=old issuer\" is not valid now", oldIssuer.certificate);
    }

    @Test
    void theChainMustHoldTogether() {
        refuses(bundle(SIGNER, SIGNER.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted", ROOT.certificate);
        var namesake = TestCa.authority("root").selfSigned();
        refuses(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted", namesake.certificate);
        refuses(bundle(SIGNER, SIGNER.certificate, ISSUER.certificate), TrustedSigners.NONE, Reason.CERTIFICATE_UNTRUSTED,
                "no certificate is trusted");

        var noAuthority = TestCa.signer("no authority").usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign).issuedBy(ROOT);
        var under = TestCa.signer("signer").issuedBy(noAuthority);
        refuses(bundle(under, under.certificate, noAuthority.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted", ROOT.certificate);

        var mayNotSign = TestCa.authority("may not sign").usage(KeyUsage.digitalSignature).issuedBy(ROOT);
        var below = TestCa.signer("signer").issuedBy(mayNotSign);
        refuses(bundle(below, below.certificate, mayNotSign.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted", ROOT.certificate);

        var shallow = TestCa.authority("shallow").constraints(new BasicConstraints(0)).issuedBy(ROOT);
        var deeper = TestCa.authority("deeper").issuedBy(shallow);
        var deep = TestCa.signer("signer").issuedBy(deeper);
        refuses(bundle(deep, deep.certificate, deeper.certificate, shallow.certificate), Reason.CERTIFICATE_UNTRUSTED, "not trusted",
                ROOT.certificate);
    }

    @Test
    void theSignerComesFirst() {
        refuses(bundle(SIGNER, ISSUER.certificate, SIGNER.certificate), Reason.CERTIFICATE_INVALID, "\"CN=issuer\" is not for digital signatures",
                ROOT.certificate);
        var other = TestCa.signer("other").issuedBy(ROOT);
        refuses(bundle(SIGNER, other.certificate), Reason.SIGNATURE_INVALID, "does not verify with the certificate", ROOT.certificate);
    }

    @Test
    void onlyKeysOnTheThreeCurvesSign() {
        var rsa = TestCa.signer("signer", TestCa.rsaKeys()).issuedBy(ROOT);
        refuses(bundle(SIGNER, rsa.certificate), Reason.CERTIFICATE_INVALID, "RSA", ROOT.certificate);
        var rsaRoot = TestCa.authority("rsa root", TestCa.rsaKeys()).selfSigned();
        var under = TestCa.signer("signer").issuedBy(rsaRoot);
        accepts(bundle(under, under.certificate), rsaRoot.certificate);
    }

    @Test
    void aMethodIsVerifiedByItsOwnKindOfTrust() {
        var key = TrustedSigners.of((ECPublicKey) SIGNER.keys.getPublic());
        refuses(bundle(SIGNER, SIGNER.certificate), key, Reason.METHOD_MISMATCH, "signed with a certificate; keys are trusted");
        refuses(new TestBundle(SIGNER.keys).signedBytes(), Reason.METHOD_MISMATCH, "signed with a key; certificates are trusted",
                ROOT.certificate);
    }

    @Test
    void malformedCertificatesAreRefusedBeforeAnythingElse() {
        refuses(with(0, bytes -> Arrays.copyOf(bytes, bytes.length + 1)), Reason.BUNDLE_MALFORMED, "certificate 0 cannot be read", ROOT.certificate);
        refuses(with(1, bytes -> Arrays.copyOf(bytes, bytes.length - 1)), Reason.BUNDLE_MALFORMED, "certificate 1 cannot be read", ROOT.certificate);
        refuses(with(0, _ -> pem(SIGNER.certificate).getBytes()), Reason.BUNDLE_MALFORMED, "is not DER", ROOT.certificate);
        refuses(with(0, _ -> new byte[CertificateDer.MAX_BYTES + 1]), Reason.BUNDLE_MALFORMED, "bytes long", ROOT.certificate);
        refuses(bundle(SIGNER), Reason.BUNDLE_MALFORMED, "holds 0 certificates", ROOT.certificate);
        var many = new X509Certificate[CertificateChain.MAX_CERTIFICATES + 1];
        Arrays.fill(many, SIGNER.certificate);
        refuses(bundle(SIGNER, many), Reason.BUNDLE_MALFORMED, "holds 11 certificates", ROOT.certificate);
        ObjectNode both = bundleJson(SIGNER, SIGNER.certificate);
        ((ObjectNode) both.get("verificationMaterial")).putObject("publicKey").put("hint", "x");
        refuses(TestBundle.bytes(both), Reason.BUNDLE_MALFORMED, "can be verified in several ways", ROOT.certificate);
        ObjectNode extra = bundleJson(SIGNER, SIGNER.certificate);
        ((ObjectNode) extra.get("verificationMaterial").get("x509CertificateChain")).put("more", 1);
        refuses(TestBundle.bytes(extra), Reason.BUNDLE_MALFORMED, "unknown member \"more\"", ROOT.certificate);
    }

    private interface Spoiler {
        byte[] spoil(byte[] der);
    }

    private static byte[] with(int index, Spoiler spoiler) {
        ObjectNode bundle = bundleJson(SIGNER, SIGNER.certificate, ISSUER.certificate);
        var entry = (ObjectNode) bundle.get("verificationMaterial").get("x509CertificateChain").get("certificates").get(index);
        X509Certificate certificate = index == 0 ? SIGNER.certificate : ISSUER.certificate;
        entry.put("rawBytes", TestBundle.base64(spoiler.spoil(der(certificate))));
        return TestBundle.bytes(bundle);
    }

    @Test
    void whatIsSignedWithACertificateVerifies() throws IOException {
        Path model = Files.writeString(folder.resolve("model.gguf"), "weights");
        Path signature = folder.resolve("model.sig");
        // the signer looks at the clock of the machine
        var root = TestCa.authority("root").valid(DAY.multipliedBy(-9000), DAY.multipliedBy(9000)).selfSigned();
        var signer = TestCa.signer("signer").valid(DAY.multipliedBy(-9000), DAY.multipliedBy(9000)).issuedBy(root);
        ModelSigner.sign(model, new SigningIdentity(signer.keys, List.of(signer.certificate, root.certificate)), HashPlan.SHA_256, signature, List.of());
        var manifest = ModelVerifier.verify(model, signature, trusted(root.certificate), VerifyOptions.STRICT);
        assertThat(((Signer.Certificate) manifest.signer()).subject()).isEqualTo("CN=signer");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SigningIdentity(SigningKeys.generate(EcCurve.P384), List.of(signer.certificate)))
                .withMessageContaining("not that of the private key");
        var expired = TestCa.signer("signer").valid(DAY.multipliedBy(-9000), DAY.multipliedBy(-8000)).issuedBy(root);
        Path other = folder.resolve("other.sig");
        assertThatExceptionOfType(SigningException.class)
                .isThrownBy(() -> ModelSigner.sign(model, new SigningIdentity(expired.keys, List.of(expired.certificate, root.certificate)),
                        HashPlan.SHA_256, other, List.of()))
                .withMessageContaining("is not valid now");
        assertThat(other).doesNotExist();
    }

    @Test
    void pemFilesHoldCertificatesAndNothingElse() throws IOException {
        Path pem = Files.writeString(folder.resolve("two.pem"), "a comment\n" + pem(ROOT.certificate) + pem(ISSUER.certificate));
        assertThat(Certificates.readPem(pem)).containsExactly(ROOT.certificate, ISSUER.certificate);
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing here");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> Certificates.readPem(empty)).withMessageContaining("no certificate");
        Path key = Files.writeString(folder.resolve("key.pem"), pem("PUBLIC KEY", SIGNER.keys.getPublic().getEncoded()));
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> Certificates.readPem(key)).withMessageContaining("PUBLIC KEY");
        Path torn = Files.writeString(folder.resolve("torn.pem"), pem(ROOT.certificate).replaceFirst("MII", "AAA"));
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> Certificates.readPem(torn)).withMessageContaining("torn.pem");
        assertThatExceptionOfType(KeyFileException.class).isThrownBy(() -> Certificates.readPem(folder.resolve("none"))).withMessageContaining("does not exist");
    }

    private static String pem(X509Certificate certificate) {
        return pem("CERTIFICATE", der(certificate));
    }

    private static String pem(String type, byte[] content) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }
}
