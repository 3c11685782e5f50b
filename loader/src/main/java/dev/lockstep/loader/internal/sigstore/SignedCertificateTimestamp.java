package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.crypto.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A log's word that it knows a certificate: RFC 6962, section 3.2.
 *
 * @param timestamp milliseconds since 1970
 * @param algorithm hash and kind of signature, as TLS 1.2 numbers them
 */
record SignedCertificateTimestamp(byte[] logId, long timestamp, byte[] extensions, int algorithm, byte[] signature) {
    private static final int V1 = 0;
    private static final int CERTIFICATE_TIMESTAMP = 0;
    private static final int PRECERTIFICATE_ENTRY = 1;

    /** SHA-256 (4) with ECDSA (3): what RFC 6962 has besides RSA. */
    private static final int SHA256_ECDSA = 0x0403;

    /**
     * Reads a {@code SignedCertificateTimestampList}.
     *
     * @throws RuntimeException if it is malformed: a {@link BufferUnderflowException} or an {@link IllegalArgumentException}
     */
    static List<SignedCertificateTimestamp> parseList(byte[] list) {
        var all = ByteBuffer.wrap(list);
        var timestamps = new ArrayList<SignedCertificateTimestamp>();
        var elements = ByteBuffer.wrap(opaque(all));
        requireEnd(all);
        while (elements.hasRemaining()) {
            timestamps.add(parse(ByteBuffer.wrap(opaque(elements))));
        }
        return timestamps;
    }

    private static SignedCertificateTimestamp parse(ByteBuffer in) {
        if (in.get() != V1) {
            throw new IllegalArgumentException("another version than 1");
        }
        byte[] logId = new byte[TransparencyLog.ID_BYTES];
        in.get(logId);
        var timestamp = new SignedCertificateTimestamp(logId, in.getLong(), opaque(in), in.getShort() & 0xFFFF, opaque(in));
        requireEnd(in);
        return timestamp;
    }

    /** Bytes behind their number in two bytes. */
    private static byte[] opaque(ByteBuffer in) {
        int length = in.getShort() & 0xFFFF;
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void requireEnd(ByteBuffer in) {
        if (in.hasRemaining()) {
            throw new IllegalArgumentException("more bytes than it says");
        }
    }

    Instant time() {
        return Instant.ofEpochMilli(timestamp);
    }

    /**
     * True if the key's log signed this about a certificate.
     *
     * @param tbsCertificate of the certificate before timestamps were put into it
     * @param issuerKey the issuer's SubjectPublicKeyInfo
     */
    boolean isSignedBy(LogKey key, byte[] tbsCertificate, byte[] issuerKey) {
        return algorithm == SHA256_ECDSA && key.verify(signedText(tbsCertificate, issuerKey), signature);
    }

    private byte[] signedText(byte[] tbsCertificate, byte[] issuerKey) {
        var text = new ByteArrayOutputStream();
        text.write(V1);
        text.write(CERTIFICATE_TIMESTAMP);
        text.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(timestamp).array());
        text.writeBytes(new byte[] {0, PRECERTIFICATE_ENTRY});
        text.writeBytes(Sha256.of(issuerKey));
        text.writeBytes(new byte[] {(byte) (tbsCertificate.length >> 16), (byte) (tbsCertificate.length >> 8), (byte) tbsCertificate.length});
        text.writeBytes(tbsCertificate);
        text.writeBytes(new byte[] {(byte) (extensions.length >> 8), (byte) extensions.length});
        text.writeBytes(extensions);
        return text.toByteArray();
    }
}
