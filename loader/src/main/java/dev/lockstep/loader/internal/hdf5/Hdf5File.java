package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.SecureArena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The datasets of an HDF5 file (The HDF Group, HDF5 File Format Specification 3.0), superblocks 0 to 3. Structures are read once, when it is
 * opened, under limits on their size, number and depth; values when they are asked for.
 *
 * <p><b>Ownership.</b> Whoever holds it closes it; the bytes are borrowed and must outlive it. <b>Threads.</b> Any number may read tensors.
 */
public final class Hdf5File implements AutoCloseable {
    /** "\211HDF\r\n\032\n" in file order. */
    private static final long SIGNATURE = 0x0A1A_0A0D_4644_4889L;

    /** Attribute of a group: the settings of the model in it, as JSON. */
    public static final String CONFIG = "config";

    private final SecureArena memory;
    private final List<Hdf5Dataset> datasets;
    private final Map<String, String> configs;

    private Hdf5File(SecureArena memory, Hdf5Walk walk) {
        this.memory = memory;
        this.datasets = List.copyOf(walk.datasets());
        this.configs = Map.copyOf(walk.configs());
    }

    /** True if the bytes begin like an HDF5 file. */
    public static boolean matches(ByteSource source) {
        if (source.byteSize() < Long.BYTES) {
            return false;
        }
        byte[] start = new byte[Long.BYTES];
        source.copy(0, start, 0, start.length);
        return ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong() == SIGNATURE;
    }

    /**
     * Reads all structures of a file and checks that its datasets lie inside of it.
     *
     * @param source verified bytes
     * @throws ModelFormatException if it is malformed, exceeds {@link LoadLimits}, or holds what is not supported
     */
    public static Hdf5File read(ByteSource source) {
        if (!matches(source)) {
            throw new ModelFormatException(source.name(), 0, "", "is not an HDF5 file (it does not begin with its signature)");
        }
        SecureArena memory = SecureArena.open("small tensors of " + source.name());
        try {
            return new Hdf5File(memory, StructureThread.run(source.name(), () -> Hdf5Walk.of(source, memory)));
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    /** All datasets of all groups. */
    public List<Hdf5Dataset> datasets() {
        return datasets;
    }

    /** The settings in a group. */
    public Optional<String> config(String group) {
        return Optional.ofNullable(configs.get(group));
    }

    @Override
    public void close() {
        var steps = new ArrayList<Runnable>();
        for (Hdf5Dataset dataset : datasets) {
            StoredTensor tensor = dataset.tensor();
            if (tensor instanceof ChunkedTensor chunked) {
                steps.add(chunked::close);
            }
        }
        steps.add(memory::close);
        Closing.all(steps);
    }
}
