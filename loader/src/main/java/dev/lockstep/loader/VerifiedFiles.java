package dev.lockstep.loader;

import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.internal.CheckpointHeader;
import dev.lockstep.loader.internal.files.FileExposure;
import dev.lockstep.loader.internal.tensors.StoredPart;
import dev.lockstep.loader.internal.translate.TensorImage;
import dev.lockstep.loader.internal.translate.TranslatedModel;
import dev.lockstep.loader.internal.translate.TranslatedTensor;
import dev.lockstep.loader.signing.FileDigests;
import dev.lockstep.loader.signing.HashPlan;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import dev.lockstep.securemem.Closing;
import dev.lockstep.securemem.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of one checkpoint, all of one folder. Each is opened once, hashed as it is read, and compared with the signed list before
 * anybody sees a byte of it. What is signed is there, or the checkpoint is refused: to leave a file away could change what a model says.
 *
 * <p><b>Ownership.</b> Whoever made it closes it; the files of a {@link #checkpoint} that was made are that one's by then. One thread at a
 * time.
 */
final class VerifiedFiles implements AutoCloseable {
    private final ModelLocation location;
    private final Path folder;
    private final Optional<Path> named;
    private final Optional<Vouched> vouched;
    private final OpenOptions options;
    private final List<? extends AgeIdentity> identities;
    private final TreeMap<String, FileDigests> digests = new TreeMap<>();
    private final List<Path> paths = new ArrayList<>();
    private final List<FileBytes> open = new ArrayList<>();
    /** How many files had been read when the gate was asked; it has to be all. */
    private int admitted;

    /**
     * Reads and verifies the signature, if one is needed. Reads nothing else.
     *
     * @param location of a file, which may be encrypted, or a folder
     */
    VerifiedFiles(ModelLocation location, TrustPolicy trust, OpenOptions options, List<? extends AgeIdentity> identities) {
        Path model = location.path();
        this.location = location;
        boolean isFolder = Files.isDirectory(model, LinkOption.NOFOLLOW_LINKS);
        this.folder = isFolder ? model : model.resolveSibling("");
        this.named = isFolder ? Optional.empty() : Optional.of(model);
        this.vouched = trust.isUnsignedAllowed() ? Optional.empty() : Optional.of(Vouched.by(model, trust));
        this.options = options;
        this.identities = identities;
    }

    /** What the signer calls the file that the caller named: an encrypted one goes by the name of its plaintext. */
    String namedFile() {
        String name = named.orElseThrow().getFileName().toString();
        return EncryptedName.plain(name).orElse(name);
    }

    /** The group in the file, if the caller named one. */
    Optional<String> group() {
        return location.group();
    }

    /** What to call all of it. */
    String name() {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return named.isPresent() ? namedFile() : last == null ? folder.toString() : last.toString();
    }

    /** What the checkpoint is to be. */
    OpenOptions options() {
        return options;
    }

    /** True if the checkpoint has a file of this name: it lies there, or is signed and should. */
    boolean has(String name) {
        boolean signed = vouched.isPresent() && vouched.get().lists(name);
        return signed || exists(folder.resolve(name)) || exists(folder.resolve(EncryptedName.of(name)));
    }

    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reads a file.
     *
     * @param name below the folder; of the plaintext
     * @return open until this is closed, or the {@link #checkpoint} of it
     * @throws ModelSignatureException if it is not what was signed
     */
    FileBytes read(String name) throws IOException {
        return read(name, options.residency());
    }

    private FileBytes read(String name, Residency residency) throws IOException {
        Path plain = resolve(name);
        Path file = locate(plain);
        boolean encrypted = !file.equals(plain);
        vouched.ifPresent(each -> each.requireListed(name, encrypted ? FileDigests.UNKNOWN : sizeOf(file)));
        HashPlan plan = vouched.map(Vouched::plan).orElse(HashPlan.SHA_256);
        FileBytes bytes = encrypted
                ? FileBytes.decrypt(file, name, plan, residency, identities)
                : FileBytes.read(file, plan, residency);
        open.add(bytes);
        vouched.ifPresent(each -> each.requireDigests(name, bytes.digests()));
        digests.put(name, bytes.digests());
        paths.add(file);
        return bytes;
    }

    /** Reads a small file whole. What is in it is public knowledge: settings, a vocabulary. */
    byte[] readWhole(String name, int maxBytes) throws IOException {
        requireSmall(name, Files.size(locate(resolve(name))), maxBytes);
        FileBytes bytes = read(name, Residency.RESIDENT);
        requireSmall(name, bytes.fileBytes(), maxBytes);
        byte[] whole = new byte[Math.toIntExact(bytes.fileBytes())];
        bytes.source().copy(0, whole, 0, whole.length);
        open.remove(bytes);
        bytes.close();
        return whole;
    }

    private static void requireSmall(String name, long byteSize, int maxBytes) {
        if (byteSize > maxBytes) {
            throw new ModelFormatException(name, ModelFormatException.NO_OFFSET, "", "is larger than " + maxBytes + " bytes");
        }
    }

    /** Names may come from other files: none leads out of the folder. */
    private Path resolve(String name) {
        Path path = folder.resolve(name);
        Path base = folder.toAbsolutePath().normalize();
        boolean inside = path.toAbsolutePath().normalize().startsWith(base) && !path.toAbsolutePath().normalize().equals(base);
        if (name.isEmpty() || !inside) {
            throw new IllegalArgumentException("name=" + name + " is not one of a file in the folder");
        }
        return path;
    }

    private Path locate(Path plain) throws IOException {
        if (named.isPresent() && plain.getFileName().toString().equals(namedFile())) {
            return named.get();
        }
        Path encrypted = EncryptedName.of(plain);
        if (exists(plain) && exists(encrypted)) {
            throw new ModelSignatureException(Reason.FILE_EXTRA, plain.toString(), "lies there twice, also as " + encrypted.getFileName()
                    + "; remove the one that is not meant");
        }
        if (!exists(plain) && !exists(encrypted)) {
            if (vouched.isEmpty()) {
                throw new NoSuchFileException(plain.toString(), null, "is part of the model and does not exist");
            }
            throw new ModelSignatureException(Reason.FILE_MISSING, plain.toString(), "is part of the model and does not exist");
        }
        return requireNoLink(exists(plain) ? plain : encrypted);
    }

    /** The cache of Hugging Face's own tools consists of links. */
    private static Path requireNoLink(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a symbolic link, which is not followed; copy the folder with what its links lead to (cp -rL)");
        }
        return file;
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new ModelSignatureException(Reason.FILE_UNREADABLE, file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Asks before files are read whether there will be room for all of them. */
    void requireRoom(Collection<String> names) throws IOException {
        long bytes = 0;
        for (String each : options.residency() == Residency.RESIDENT ? names : List.<String>of()) {
            bytes = Math.addExact(bytes, sizeOf(locate(resolve(each))));
        }
        MemoryBudget.requireRoom(bytes, name());
    }

    /**
     * The checkpoint whose tensors are computed from what was read; it owns all of that.
     *
     * @param stored all that the tensors may be made of
     * @param format for people
     * @param part which of the models in the files it is; empty if they hold one
     * @param onClose gives up what the stored tensors hold besides the bytes of their file; is called when the checkpoint is closed
     */
    VerifiedCheckpoint checkpoint(TranslatedModel model, List<? extends StoredPart> stored, String format, String part, Runnable onClose)
            throws IOException {
        var image = new TensorImage(name(), quantized(model.tensors()), stored, onClose);
        try {
            return checkpoint(new TranslatedBytes(image, open, options.type(), part),
                    new CheckpointHeader(format, model.metadata(), image.tensors(), model.origins()));
        } catch (Throwable t) {
            image.close();
            throw t;
        }
    }

    private List<TranslatedTensor> quantized(List<TranslatedTensor> tensors) {
        if (options.type().isEmpty()) {
            return tensors;
        }
        boolean tied = tensors.stream().noneMatch(tensor -> tensor.name().equals(QuantizationRule.OUTPUT));
        var rule = new QuantizationRule(options.type().get(), false, tied);
        return tensors.stream().map(tensor -> tensor.quantized(rule)).toList();
    }

    /**
     * Asks the gate about what was read; nothing more is, from now on. To be called as soon as that is known, before parsers are given more
     * than they need for saying it.
     *
     * @throws dev.lockstep.loader.gate.RefusedException if it may not be used
     */
    void admit() {
        options.gate().verified(location.path(), provenance(), vouched.map(Vouched::version).orElse(0L));
        admitted = digests.size();
    }

    /**
     * The checkpoint of what was read, which is asked about once more and remembered as used; it owns the files that are open. If this
     * fails, they are still this object's to close.
     */
    VerifiedCheckpoint checkpoint(CheckpointBytes bytes, CheckpointHeader header) throws IOException {
        if (admitted != digests.size()) {
            throw new IllegalStateException("the gate was asked about " + admitted + " of " + digests.size() + " files");
        }
        vouched.ifPresent(each -> each.use(paths));
        var checkpoint = new VerifiedCheckpoint(bytes, header, provenance(), FileExposure.of(paths), location.path(), options.gate());
        open.clear();
        admitted = 0;
        return checkpoint;
    }

    /** Where the trust in what was read comes from. */
    private Provenance provenance() {
        String identity = FileDigests.identityOf(digests);
        return vouched.map(each -> each.provenance(identity)).orElseGet(() -> new Provenance.Unverified(identity));
    }

    @Override
    public void close() {
        List<Runnable> steps = new ArrayList<>(open.stream().map(file -> (Runnable) file::close).toList());
        if (admitted > 0) {
            steps.add(() -> options.gate().closed(location.path(), provenance(), open.stream().mapToLong(file -> file.zeroing().bytes()).sum()));
        }
        Closing.all(steps);
    }
}
