package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.crypto.CertificateDer;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** X.509 certificates, read from DER and from PEM files. */
public final class Certificates {
    /** Room for a bundle of some hundred authorities. */
    public static final int MAX_FILE_BYTES = 1 << 20;

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
                certificates.add(CertificateDer.parse(block.getContent()));
            }
        } catch (IOException | CertificateException e) {
            throw new KeyFileException(file, "is not a PEM file of certificates: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new KeyFileException(file, "holds no certificate (\"-----BEGIN CERTIFICATE-----\")");
        }
        return certificates;
    }
}
