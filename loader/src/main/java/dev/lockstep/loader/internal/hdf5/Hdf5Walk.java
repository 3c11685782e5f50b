package dev.lockstep.loader.internal.hdf5;

import dev.lockstep.loader.LoadLimits;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.internal.ByteSource;
import dev.lockstep.loader.internal.tensors.StoredTensor;
import dev.lockstep.securemem.SecureArena;
import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.Superblock.SuperblockV0V1;
import io.jhdf.Superblock.SuperblockV2V3;
import io.jhdf.SymbolTableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Goes through all groups of a file once, from the root. Confined to the thread of the structures. */
final class Hdf5Walk {
    /** Groups in groups; Keras nests its layers under ten deep. */
    private static final int MAX_DEPTH = 64;

    private static final String SCALE = "scale";
    private static final String SCALE_DATASET = "scale_dataset";
    private static final String DTYPE = "dtype";

    private final BoundedStorage storage;
    private final ObjectHeaders headers;
    private final Groups groups;
    private final Datasets tensors;
    /** Addresses of the groups that were entered: hard links can make circles of them. */
    private final Set<Long> entered = new HashSet<>();
    private final Set<Long> seenDatasets = new HashSet<>();
    private final Map<String, String> configs = new HashMap<>();
    private final List<Hdf5Dataset> datasets = new ArrayList<>();
    private int objects;

    private Hdf5Walk(ByteSource source, SecureArena memory, Extents extents) {
        storage = new BoundedStorage(source);
        headers = new ObjectHeaders(storage);
        groups = new Groups(storage);
        tensors = new Datasets(source, storage, memory, extents);
    }

    /** @param memory for small tensors; the caller owns it */
    static Hdf5Walk of(ByteSource source, SecureArena memory) {
        var extents = new Extents();
        var walk = new Hdf5Walk(source, memory, extents);
        walk.enter("", walk.root(), 0);
        extents.requireDisjoint(source.name());
        extents.discardRest(source);
        return walk;
    }

    List<Hdf5Dataset> datasets() {
        return datasets;
    }

    /** Attribute {@value Hdf5File#CONFIG} by the path of its group. */
    Map<String, String> configs() {
        return configs;
    }

    private long root() {
        Superblock superblock = storage.getSuperblock();
        return switch (superblock) {
            case SuperblockV0V1 old -> {
                storage.begin(1, 0);
                yield new SymbolTableEntry(storage, old.getRootGroupSymbolTableAddress()).getObjectHeaderAddress();
            }
            case SuperblockV2V3 latest -> latest.getRootGroupObjectHeaderAddress();
            default -> throw storage.fault(0, "has a superblock of version " + superblock.getVersionOfSuperblock());
        };
    }

    /** @param path with a slash behind it unless it is the root's */
    private void enter(String path, long address, int depth) {
        ObjectHeader header = headers.read(path, address);
        if (!Groups.isGroup(header)) {
            throw fault(address, path, "is neither a group nor a dataset");
        }
        enter(path, header, depth);
    }

    private void enter(String path, ObjectHeader header, int depth) {
        long address = header.getAddress();
        if (depth > MAX_DEPTH) {
            throw fault(address, path, "lies more than " + MAX_DEPTH + " groups deep");
        }
        if (!entered.add(address)) {
            throw fault(address, path, "is a group that is linked from several places, or contains itself");
        }
        headers.attributes(path, header).text(Hdf5File.CONFIG).ifPresent(config -> configs.put(withoutSlash(path), config));
        Set<String> names = new HashSet<>();
        for (Groups.Entry entry : entries(path, header)) {
            requireUsable(path, entry, names);
            visit(path + entry.name(), entry.address(), depth);
        }
    }

    private List<Groups.Entry> entries(String path, ObjectHeader header) {
        try {
            return groups.entries(path, header);
        } catch (RuntimeException e) {
            throw Malformed.of(storage.name(), header.getAddress(), path, e);
        }
    }

    private void requireUsable(String path, Groups.Entry entry, Set<String> names) {
        String name = entry.name();
        if (name.isEmpty() || name.contains("/") || name.equals(".")) {
            throw fault(entry.address(), path, "holds the name \"" + name + "\", which is none");
        }
        if (!names.add(name)) {
            throw fault(entry.address(), path + name, "is there twice");
        }
        if (++objects > LoadLimits.MAX_TENSORS) {
            throw fault(entry.address(), path + name, "is one object more than " + LoadLimits.MAX_TENSORS);
        }
    }

    private void visit(String path, long address, int depth) {
        ObjectHeader header = headers.read(path, address);
        if (Datasets.isDataset(header)) {
            datasets.add(dataset(path, header));
        } else if (Groups.isGroup(header)) {
            enter(path + '/', header, depth + 1);
        } else {
            throw fault(address, path, "is neither a group nor a dataset (a committed type, say), which is not supported");
        }
    }

    private Hdf5Dataset dataset(String path, ObjectHeader header) {
        if (!seenDatasets.add(header.getAddress())) {
            throw fault(header.getAddress(), path, "is a dataset that is linked from several places");
        }
        Attributes attributes = headers.attributes(path, header);
        StoredTensor tensor = tensors.tensor(path, header, attributes.text(DTYPE));
        Optional<StoredTensor> scale = attributes.numbers(SCALE)
                .map(numbers -> tensors.held(path + '@' + SCALE, numbers.type(), numbers.shape(), numbers.values()));
        return new Hdf5Dataset(tensor, scale, attributes.text(SCALE_DATASET));
    }

    private static String withoutSlash(String path) {
        return path.isEmpty() ? path : path.substring(0, path.length() - 1);
    }

    private ModelFormatException fault(long address, String path, String problem) {
        return new ModelFormatException(storage.name(), address, path, problem);
    }
}
