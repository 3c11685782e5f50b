package dev.lockstep.loader.trust;

import dev.lockstep.loader.internal.crypto.Sha256;
import dev.lockstep.loader.internal.json.StrictJson;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;

/**
 * The versions that a device has seen, in a file that nobody can change without the device's key: JSON text under an HMAC-SHA-256.
 * The key is made at the first use and lies beside it, readable by its owner only.
 *
 * <p><b>What it promises.</b> Whoever cannot read the key cannot change an entry, and cannot delete the file alone: a key without a
 * state, or a state without a key, is refused. Whoever can write to the folder as its owner can delete all of it, or put back an
 * older state; against that, a policy names a {@code minVersion}.
 *
 * <p><b>Threads and processes.</b> Any number of either; a lock file lets one change it at a time.
 */
public final class SealedState implements SeenVersions {
    private static final Set<String> MEMBERS = Set.of("payload", "mac");

    /** Far more models than anybody uses; keeps the file below what is read. */
    private static final int MAX_ENTRIES = 100_000;

    /** One for all folders: a second lock of one file within a process is an error, not a wait. */
    private static final ReentrantLock PROCESS = new ReentrantLock();

    private final StateFolder folder;

    private SealedState(StateFolder folder) {
        this.folder = folder;
    }

    /** The state in a folder of its own, which is made when there is something to remember. */
    public static SealedState in(Path folder) {
        return new SealedState(new StateFolder(folder));
    }

    @Override
    public OptionalLong newest(Kind kind, String name) {
        try {
            if (folder.isNew()) {
                return OptionalLong.empty();
            }
            Long version = load().get(entry(kind, name));
            return version == null ? OptionalLong.empty() : OptionalLong.of(version);
        } catch (IOException e) {
            throw fault(folder.toString(), "what this device remembers of versions cannot be read: " + e, e);
        }
    }

    @Override
    public void record(Kind kind, String name, long version) {
        if (newest(kind, name).orElse(0) >= version) {
            return;
        }
        String entry = entry(kind, name);
        PROCESS.lock();
        try {
            if (!folder.isNew() || !folder.create(mac -> seal(Map.of(entry, version), mac))) {
                raise(entry, version);
            }
        } catch (IOException e) {
            throw fault(folder.toString(), "the version that was used cannot be remembered: " + e, e);
        } finally {
            PROCESS.unlock();
        }
    }

    private void raise(String entry, long version) throws IOException {
        try (var _ = folder.lock()) {
            Map<String, Long> seen = load();
            if (version > seen.getOrDefault(entry, 0L)) {
                seen.put(entry, version);
                if (seen.size() > MAX_ENTRIES) {
                    throw new IOException("there are " + seen.size() + " versions to remember; at most " + MAX_ENTRIES + " are");
                }
                folder.replaceState(mac -> seal(seen, mac));
            }
        }
    }

    /** Names come from signers, may be of any length and hold anything; their hashes are all alike, and tell nobody what was used. */
    private static String entry(Kind kind, String name) {
        String text = kind.name() + ' ' + name;
        // not by a charset: those make one character of all halves of pairs
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(text.length(), Character.BYTES));
        bytes.asCharBuffer().put(text);
        return HexFormat.of().formatHex(Sha256.of(bytes.array()));
    }

    private Map<String, Long> load() throws IOException {
        folder.requireProtected();
        if (!folder.hasState() || !folder.hasKey()) {
            throw fault(folder.toString(), "has " + (folder.hasKey() ? "a key but no state" : "no key") + ", so somebody removed it. If you"
                    + " know why, remove the folder: old versions are then no longer recognised as such", null);
        }
        StrictJson sealed = StrictJson.parse(folder.state(StrictJson.MAX_BYTES), folder.toString(), SealedState::fault);
        sealed.allowOnly(MEMBERS);
        byte[] payload = sealed.base64("payload");
        if (!MessageDigest.isEqual(folder.mac(payload), sealed.base64("mac"))) {
            throw sealed.fault("was changed by somebody who does not have this device's key");
        }
        StrictJson entries = StrictJson.parse(payload, folder.toString(), SealedState::fault);
        var seen = new TreeMap<String, Long>();
        entries.names().forEach(name -> seen.put(name, entries.positiveNumber(name)));
        return seen;
    }

    private static byte[] seal(Map<String, Long> seen, UnaryOperator<byte[]> mac) {
        var json = new JsonMapper();
        byte[] payload = json.writeValueAsBytes(new TreeMap<>(seen));
        var sealed = json.createObjectNode();
        sealed.put("payload", Base64.getEncoder().encodeToString(payload));
        sealed.put("mac", Base64.getEncoder().encodeToString(mac.apply(payload)));
        return json.writeValueAsBytes(sealed);
    }

    private static RuntimeException fault(String file, String problem, Throwable cause) {
        return new ModelSignatureException(Reason.STATE_INVALID, file, problem, cause);
    }
}
