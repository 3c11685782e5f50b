package dev.lockstep.loader.signing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** X.509 certificates, read from DER and from PEM files. */
public final class Certificates {
    /** Room for a bundle of some hundred authorities. */
    public static final int MAX_FILE_BYTES = 1 << 20;

    /** Certificates of signers have one or two kilobytes; those with post-quantum keys and signatures, ten. */
    static final int MAX_CERTIFICATE_BYTES = 32 << 10;

    private Certificates() {
    }

    /**
     * Reads all certificates of a PEM file, in their order. Text around the blocks is ignored; other blocks are not.
     *
     * @throws KeyFileException if the file holds no certificate, anything else, or one that is malformed
     */
    public static List<X509Certificate> readPem(Path pem) {
        return parsePem(KeyFiles.read(pem, MAX_FILE_BYTES), pem.toString());
    }

    /**
     * Reads all certificates of several PEM files, in the order of the files.
     *
     * @throws KeyFileException as for one file
     */
    public static List<X509Certificate> readPem(List<Path> files) {
        return files.stream().flatMap(pem -> readPem(pem).stream()).toList();
    }

    /**
     * The same for text that is no file.
     *
     * @param file what to call it in messages
     */
    public static List<X509Certificate> parsePem(byte[] text, String file) {
        var certificates = new ArrayList<X509Certificate>();
        try (var reader = new PemReader(new StringReader(new String(text, StandardCharsets.ISO_8859_1)))) {
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                if (!block.getType().equals("CERTIFICATE")) {
                    throw new KeyFileException(file, "holds a block \"" + block.getType() + "\"; certificates are expected, and nothing else");
                }
                certificates.add(parse(block.getContent()));
            }
        } catch (IOException | CertificateException e) {
            throw new KeyFileException(file, "is not a PEM file of certificates: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new KeyFileException(file, "holds no certificate (\"-----BEGIN CERTIFICATE-----\")");
        }
        return certificates;
    }

    /**
     * Reads one certificate that takes up all of the bytes, in the one encoding that DER has for it: what was signed by its
     * issuer is then what others see.
     */
    static X509Certificate parse(byte[] der) throws CertificateException {
        if (der.length > MAX_CERTIFICATE_BYTES) {
            throw new CertificateException("is " + der.length + " bytes long; at most " + MAX_CERTIFICATE_BYTES + " are accepted");
        }
        // The factory would take PEM text as well.
        if (der.length == 0 || der[0] != 0x30) {
            throw new CertificateException("is not DER");
        }
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        if (!Arrays.equals(certificate.getEncoded(), der)) {
            throw new CertificateException("is followed by other bytes, or not encoded as DER demands");
        }
        return certificate;
    }
}
