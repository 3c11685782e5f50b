package dev.lockstep.loader.age;

import dev.lockstep.loader.age.AgeException.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.generators.SCrypt;

/** Whoever knows a passphrase, by scrypt (RFC 7914). A file for one has no other recipients. */
public final class PassphraseIdentity extends AgeIdentity {
    private static final String TYPE = "scrypt";
    private static final byte[] SALT_PREFIX = "age-encryption.org/v1/scrypt".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_BYTES = 16;
    private static final int BLOCK_SIZE = 8;

    /** What age itself uses: about a second, and 256 MiB. */
    static final int WORK_FACTOR = 18;

    /** Four times that. A file may ask for more, and would take minutes and gigabytes before it says that the passphrase is wrong. */
    static final int MAX_WORK_FACTOR = 20;

    private final int workFactor;

    /**
     * @param passphrase overwritten with zeros: it is kept elsewhere from now on
     * @param workFactor logarithm of the cost of files that are written
     */
    private PassphraseIdentity(byte[] passphrase, int workFactor) {
        super(passphrase);
        this.workFactor = workFactor;
    }

    /**
     * Whoever knows these characters.
     *
     * @param passphrase at least one character; not kept
     */
    public static PassphraseIdentity of(char[] passphrase) {
        return of(passphrase, WORK_FACTOR);
    }

    static PassphraseIdentity of(char[] passphrase, int workFactor) {
        if (passphrase.length == 0) {
            throw new IllegalArgumentException("an empty passphrase protects nothing");
        }
        return new PassphraseIdentity(utf8(passphrase), workFactor);
    }

    /** In a buffer that has room from the start: one that grows leaves what it outgrew behind. */
    private static byte[] utf8(char[] text) {
        var encoder = StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        byte[] room = new byte[Math.multiplyExact(text.length, (int) Math.ceil(encoder.maxBytesPerChar()))];
        ByteBuffer target = ByteBuffer.wrap(room);
        encoder.encode(CharBuffer.wrap(text), target, true);
        byte[] bytes = Arrays.copyOf(room, target.position());
        Arrays.fill(room, (byte) 0);
        return bytes;
    }

    /** {@inheritDoc} It borrows the passphrase: use it before this is closed. */
    @Override
    public PassphraseRecipient recipient() {
        return new PassphraseRecipient(this);
    }

    Stanza wrap(byte[] fileKey) {
        requireHeap(workFactor, "this passphrase");
        byte[] salt = AgeCrypto.random(SALT_BYTES);
        return new Stanza(List.of(TYPE, Base64Text.encode(salt), Integer.toString(workFactor)), AgeCrypto.wrap(wrapKey(salt, workFactor), fileKey));
    }

    private byte[] wrapKey(byte[] salt, int factor) {
        byte[] whole = Arrays.copyOf(SALT_PREFIX, SALT_PREFIX.length + SALT_BYTES);
        System.arraycopy(salt, 0, whole, SALT_PREFIX.length, SALT_BYTES);
        return withSecret(passphrase -> SCrypt.generate(passphrase, whole, 1 << factor, BLOCK_SIZE, 1, AgeCrypto.KEY_BYTES));
    }

    /** True for the stanza of a passphrase, whatever else is wrong with it. */
    static boolean isFor(Stanza stanza) {
        return stanza.type().equals(TYPE);
    }

    @Override
    Optional<byte[]> unwrap(List<Stanza> stanzas, String file) {
        Stanza stanza = stanzas.getFirst();
        if (!isFor(stanza)) {
            return Optional.empty();
        }
        byte[] salt = stanza.has(3)
                ? Base64Text.decode(stanza.arguments().get(1)).filter(bytes -> bytes.length == SALT_BYTES).orElse(null)
                : null;
        if (salt == null || stanza.body().length != AgeCrypto.WRAPPED_KEY_BYTES) {
            throw new AgeException(Reason.HEADER, file, "has a malformed passphrase recipient");
        }
        return AgeCrypto.unwrap(wrapKey(salt, workFactor(stanza.arguments().get(2), file)), stanza.body());
    }

    /** Decimal, without signs or leading zeros. */
    private static int workFactor(String text, String file) {
        boolean canonical = text.length() <= 2 && !text.startsWith("0") && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!canonical) {
            throw new AgeException(Reason.HEADER, file, "has a passphrase recipient with a malformed work factor");
        }
        int factor = Integer.parseInt(text);
        if (factor > MAX_WORK_FACTOR) {
            throw new AgeException(Reason.HEADER, file, "asks for a work factor of " + factor + "; at most " + MAX_WORK_FACTOR
                    + " is accepted, and " + WORK_FACTOR + " is usual");
        }
        requireHeap(factor, file);
        return factor;
    }

    private static void requireHeap(int factor, String name) {
        if (!fits(factor, Runtime.getRuntime().maxMemory())) {
            throw new AgeException(Reason.HEADER, name, "needs " + (scryptBytes(factor) >> 20) + " MiB to be tried; allow a larger Java heap (-Xmx)");
        }
    }

    private static long scryptBytes(int factor) {
        return 128L * BLOCK_SIZE << factor;
    }

    /** What lives as long goes to the old generation, which has two thirds of the heap. */
    static boolean fits(int factor, long heapBytes) {
        return scryptBytes(factor) <= heapBytes / 3 * 2;
    }

    /** As costly as in age: what is derived from a passphrase faster than that can be guessed faster. */
    @Override
    byte[] macSecret(byte[] own, byte[] salt) {
        requireHeap(workFactor, "this passphrase");
        return wrapKey(salt, workFactor);
    }

    /** Never shows the passphrase. */
    @Override
    public String toString() {
        return "PassphraseIdentity";
    }
}
