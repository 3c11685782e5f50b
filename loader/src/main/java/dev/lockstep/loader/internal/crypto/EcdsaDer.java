package dev.lockstep.loader.internal.crypto;

/** The one DER form of an ECDSA signature: SEQUENCE of two positive INTEGERs, each in the fewest bytes. */
public final class EcdsaDer {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;

    private final byte[] der;
    private int position;

    private EcdsaDer(byte[] der) {
        this.der = der;
    }

    /**
     * True for the only encoding of a pair (r, s). Without this, providers decide for themselves how much BER they
     * forgive, and a bundle would be good on one JDK and bad on the next.
     */
    public static boolean isCanonical(byte[] der) {
        return new EcdsaDer(der).isSignature();
    }

    private boolean isSignature() {
        int length = length(SEQUENCE);
        return length >= 0 && length == der.length - position && skipInteger() && skipInteger()
                && position == der.length;
    }

    private boolean skipInteger() {
        int length = length(INTEGER);
        if (length < 1 || length > der.length - position) {
            return false;
        }
        byte first = der[position];
        boolean padded = length > 1 && first == 0 && der[position + 1] >= 0;
        boolean zero = length == 1 && first == 0;
        position += length;
        return first >= 0 && !padded && !zero;
    }

    /** Reads tag and length; -1 if they are not there in their shortest form. P-521 needs one byte after 0x81. */
    private int length(int tag) {
        if (der.length - position < 2 || (der[position] & 0xFF) != tag) {
            return -1;
        }
        int length = der[position + 1] & 0xFF;
        position += 2;
        if (length < 0x80) {
            return length;
        }
        if (length != 0x81 || position == der.length) {
            return -1;
        }
        length = der[position++] & 0xFF;
        return length >= 0x80 ? length : -1;
    }
}
