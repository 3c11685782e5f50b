package dev.lockstep.loader.internal.keras;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.SlicedSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@code .keras} file: a ZIP archive (PKWARE APPNOTE 6.3.10) whose entries are stored as they are, which is how Keras writes them. Entries
 * are parts of the verified bytes; nothing is unpacked, and no name in it becomes a path.
 */
public final class KerasArchive {
    private static final int END_SIGNATURE = 0x0605_4B50;
    private static final int END_BYTES = 22;
    private static final int ENTRY_SIGNATURE = 0x0201_4B50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_SIGNATURE = 0x0403_4B50;
    private static final int LOCAL_BYTES = 30;
    private static final int ZIP64_EXTRA = 1;
    private static final long IN_ZIP64 = 0xFFFF_FFFFL;
    private static final int STORED = 0;

    /** Encrypted; strongly encrypted. */
    private static final int ENCRYPTED_FLAGS = 1 | 1 << 6;

    /** Settings, metadata, weights, and the assets of a tokenizer: Keras writes three to ten. */
    private static final int MAX_ENTRIES = 1024;

    private final ByteSource file;
    private final Map<String, SlicedSource> entries = new LinkedHashMap<>();

    private KerasArchive(ByteSource file) {
        this.file = file;
    }

    /**
     * Reads the directory.
     *
     * @param file verified bytes; borrowed
     * @throws ModelFormatException if it is no archive of this kind
     */
    public static KerasArchive read(ByteSource file) {
        var archive = new KerasArchive(file);
        archive.readDirectory();
        return archive;
    }

    /** An entry that must be there. */
    public ByteSource entry(String name) {
        ByteSource entry = entries.get(name);
        if (entry == null) {
            throw fault(ModelFormatException.NO_OFFSET, name, "is not in the archive; there are " + entries.keySet());
        }
        return entry;
    }

    /** A small entry that must be there. */
    public byte[] bytes(String name) {
        ByteSource entry = entry(name);
        if (entry.byteSize() > LoadLimits.MAX_TEXT_BYTES) {
            throw fault(ModelFormatException.NO_OFFSET, name, "is larger than " + LoadLimits.MAX_TEXT_BYTES + " bytes");
        }
        byte[] bytes = new byte[Math.toIntExact(entry.byteSize())];
        entry.copy(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** The end record must be the last bytes: a comment could hold another one, and which of them counts is a matter of taste. */
    private void readDirectory() {
        long endAt = file.byteSize() - END_BYTES;
        ByteBuffer end = endAt < 0 ? ByteBuffer.allocate(END_BYTES) : read(endAt, END_BYTES);
        if (end.getInt(0) != END_SIGNATURE) {
            throw fault(Math.max(0, endAt), "", "is not a .keras archive: a ZIP file without a comment ends with the end of its directory");
        }
        int count = Short.toUnsignedInt(end.getShort(10));
        long directoryAt = Integer.toUnsignedLong(end.getInt(16));
        if (count > MAX_ENTRIES || directoryAt == IN_ZIP64) {
            directoryAt = zip64Directory(endAt, count);
        }
        long at = directoryAt;
        for (int i = 0; i < count; i++) {
            at = readEntry(at, endAt);
        }
    }

    /** Where the directory is if that is more than 4 GiB from the start. */
    private long zip64Directory(long endAt, int count) {
        int locatorBytes = 20;
        int end64Bytes = 56;
        if (count > MAX_ENTRIES || endAt < locatorBytes + end64Bytes || read(endAt - locatorBytes, 4).getInt(0) != 0x0706_4B50) {
            throw fault(endAt, "", "has " + count + " entries, or a directory that cannot be found; up to " + MAX_ENTRIES + " are supported");
        }
        long end64At = read(endAt - locatorBytes, locatorBytes).getLong(8);
        if (end64At < 0 || end64At > endAt - locatorBytes - end64Bytes) {
            throw fault(endAt, "", "its directory lies outside of the file");
        }
        ByteBuffer end64 = read(end64At, end64Bytes);
        if (end64.getInt(0) != 0x0606_4B50) {
            throw fault(end64At, "", "its directory cannot be found");
        }
        return end64.getLong(48);
    }

    /** @return where the next one is */
    private long readEntry(long at, long endAt) {
        requireInside(at, ENTRY_BYTES, endAt);
        ByteBuffer entry = read(at, ENTRY_BYTES);
        int nameBytes = Short.toUnsignedInt(entry.getShort(28));
        int extraBytes = Short.toUnsignedInt(entry.getShort(30));
        int commentBytes = Short.toUnsignedInt(entry.getShort(32));
        requireInside(at + ENTRY_BYTES, nameBytes + extraBytes + commentBytes, endAt);
        String name = new String(read(at + ENTRY_BYTES, nameBytes).array(), StandardCharsets.UTF_8);
        if (entry.getInt(0) != ENTRY_SIGNATURE) {
            throw fault(at, "", "its directory is damaged");
        }
        if (entry.getShort(10) != STORED || (entry.getShort(8) & ENCRYPTED_FLAGS) != 0) {
            throw fault(at, name, "is compressed or encrypted; entries that are stored as they are, as Keras does, are supported");
        }
        var sizes = new Zip64(read(at + ENTRY_BYTES + nameBytes, extraBytes));
        long byteSize = sizes.value(entry.getInt(24));
        long stored = sizes.value(entry.getInt(20));
        long local = sizes.value(entry.getInt(42));
        if (stored != byteSize) {
            throw fault(at, name, "has " + stored + " stored bytes, but " + byteSize + " in all");
        }
        add(name, local, byteSize, endAt);
        return at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
    }

    private void add(String name, long local, long byteSize, long endAt) {
        requireInside(local, LOCAL_BYTES, endAt);
        ByteBuffer header = read(local, LOCAL_BYTES);
        long from = local + LOCAL_BYTES + Short.toUnsignedInt(header.getShort(26)) + Short.toUnsignedInt(header.getShort(28));
        requireInside(from, byteSize, endAt);
        if (header.getInt(0) != LOCAL_SIGNATURE || header.getShort(8) != STORED) {
            throw fault(local, name, "is not where the directory says");
        }
        if (entries.put(name, new SlicedSource(file, file.name() + '/' + name, from, byteSize)) != null) {
            throw fault(local, name, "is in the archive twice");
        }
    }

    /** Numbers that do not fit into 32 bits, in the order in which they are needed. */
    private final class Zip64 {
        private final ByteBuffer extra;

        Zip64(ByteBuffer fields) {
            ByteBuffer found = ByteBuffer.allocate(0);
            while (fields.remaining() >= 4) {
                int id = Short.toUnsignedInt(fields.getShort());
                int bytes = Math.min(Short.toUnsignedInt(fields.getShort()), fields.remaining());
                if (id == ZIP64_EXTRA) {
                    found = fields.slice(fields.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
                }
                fields.position(fields.position() + bytes);
            }
            extra = found;
        }

        long value(int bits) {
            if (bits != (int) IN_ZIP64) {
                return Integer.toUnsignedLong(bits);
            }
            if (extra.remaining() < Long.BYTES) {
                throw fault(ModelFormatException.NO_OFFSET, "", "an entry says that its size stands elsewhere, and it does not");
            }
            return extra.getLong();
        }
    }

    private void requireInside(long from, long count, long end) {
        if (from < 0 || count < 0 || from > end - count) {
            throw fault(Math.max(0, from), "", "an entry of " + count + " bytes lies outside of the file");
        }
    }

    private ByteBuffer read(long at, int count) {
        byte[] bytes = new byte[count];
        file.copy(at, bytes, 0, count);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ModelFormatException fault(long at, String name, String problem) {
        return new ModelFormatException(file.name(), at, name, problem);
    }
}
