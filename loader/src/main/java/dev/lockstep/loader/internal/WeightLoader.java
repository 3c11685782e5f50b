package dev.lockstep.loader.internal;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
import dev.lockstep.quant.PanelRuns;
import dev.lockstep.quant.WeightMatrix;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;

/**
 * Turns tensors into weights: vectors are expanded into the caller's arena, matrices are woven into panels in their {@link PanelMemory},
 * which may be where they lie, on several threads, each of which takes a stretch of panels at a time. A panel that would lie across two
 * chunks, or has fewer rows than others, gets memory of its own. Used once.
 */
public final class WeightLoader {
    /** Large enough that taking one costs nothing, small enough that threads end together. */
    private static final long STRETCH_BYTES = 4L << 20;

    private final ByteSource source;
    private final PanelMemory memory;
    private final SecureArena arena;
    private final int panelRows;
    private final Map<String, MemorySegment> vectors = new HashMap<>();
    private final Map<String, WeightMatrix> matrices = new HashMap<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * Panels {@code from} (inclusive) to {@code to} (exclusive) of a run.
     *
     * @param byteOffset of the tensor in the file
     */
    private record Stretch(PanelMatrix run, long byteOffset, long from, long to) { }

    public WeightLoader(ByteSource source, PanelMemory memory, SecureArena arena, int panelRows) {
        this.source = source;
        this.memory = memory;
        this.arena = arena;
        this.panelRows = panelRows;
    }

    /** Loads tensors with one or two dimensions, of computable types. */
    public void load(List<TensorInfo> wanted, int threads) {
        List<TensorInfo> inOrder = wanted.stream().sorted(Comparator.comparingLong(TensorInfo::byteOffset)).toList();
        for (TensorInfo tensor : inOrder) {
            if (tensor.shape().size() == 1) {
                vectors.put(tensor.name(), vector(tensor, source, arena));
            } else {
                plan(tensor);
            }
        }
        workOff(Math.clamp(stretches.size(), 1, threads));
    }

    /** Loaded vectors by name. */
    public Map<String, MemorySegment> vectors() {
        return vectors;
    }

    /** Loaded matrices by name. */
    public Map<String, WeightMatrix> matrices() {
        return matrices;
    }

    /** Expands a vector to float32. */
    public static MemorySegment vector(TensorInfo tensor, ByteSource source, SecureArena arena) {
        DType type = tensor.type();
        MemorySegment floats = arena.allocate(Math.multiplyExact(tensor.elements(), (long) Float.BYTES));
        try (var scratch = SecureArena.open("vector scratch")) {
            MemorySegment encoded = scratch.allocate(tensor.byteSize());
            source.copy(tensor.byteOffset(), encoded, 0, tensor.byteSize());
            type.codec().orElseThrow().decode(encoded, 0, floats, 0, tensor.elements() / type.blockElements());
        }
        return floats;
    }

    private void plan(TensorInfo tensor) {
        var layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
        var runs = new ArrayList<PanelMatrix>();
        for (long panel = 0; panel < layout.panels(); panel = runs.getLast().endPanel()) {
            runs.add(runFrom(panel, layout, tensor.byteOffset()));
        }
        long step = Math.max(1, STRETCH_BYTES / layout.panelBytes());
        for (PanelMatrix run : runs) {
            for (long panel = run.firstPanel(); panel < run.endPanel(); panel += step) {
                stretches.add(new Stretch(run, tensor.byteOffset(), panel, Math.min(panel + step, run.endPanel())));
            }
        }
        matrices.put(tensor.name(), runs.size() == 1 ? runs.getFirst() : new PanelRuns(runs.toArray(PanelMatrix[]::new)));
    }

    /** As many panels as lie together, or a single one elsewhere. */
    private PanelMatrix runFrom(long first, PanelLayout layout, long byteOffset) {
        long from = byteOffset + first * layout.panelBytes();
        long end = first;
        while (end < layout.panels() && layout.rowsIn(end) == panelRows
                && memory.isInOneChunk(from, (end + 1 - first) * layout.panelBytes())) {
            end++;
        }
        return end > first
                ? new PanelMatrix(layout, memory.place(from, (end - first) * layout.panelBytes()), first, end)
                : new PanelMatrix(layout, arena.allocate(layout.panelBytes() + PanelLayout.READ_SLACK), first, first + 1);
    }

    private void workOff(int threads) {
        List<Thread> helpers = new ArrayList<>();
        try {
            for (int i = 1; i < threads; i++) {
                helpers.add(Thread.ofPlatform().daemon().name("lockstep-load-" + i).start(this::work));
            }
            work();
        } catch (Throwable t) {
            // those that were started must stop, and be waited for
            failure.compareAndSet(null, t);
        }
        Waiting.forEndOf(helpers);
        switch (failure.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("loading failed", e);
        }
    }

    private void work() {
        try (var scratch = SecureArena.open("weaving scratch")) {
            MemorySegment rows = scratch.allocate(largest(PanelLayout::panelBytes));
            MemorySegment weaving = scratch.allocate(largest(PanelLayout::scratchBytes));
            for (int i = next.getAndIncrement(); i < stretches.size() && failure.get() == null; i = next.getAndIncrement()) {
                // no lease is given any more when the process ends; one that is held makes it wait
                try (var _ = scratch.lease()) {
                    weave(stretches.get(i), rows, weaving);
                }
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    private long largest(ToLongFunction<PanelLayout> size) {
        return matrices.values().stream().map(WeightMatrix::layout).mapToLong(size).max().orElse(0);
    }

    private void weave(Stretch stretch, MemorySegment rows, MemorySegment weaving) {
        PanelMatrix run = stretch.run;
        PanelLayout layout = run.layout().panels(run.firstPanel(), run.endPanel());
        for (long panel = stretch.from; panel < stretch.to; panel++) {
            long local = panel - run.firstPanel();
            source.copy(stretch.byteOffset + panel * layout.panelBytes(), rows, 0, layout.rowsIn(local) * layout.rowBytes());
            layout.pack(local, rows, run.panels(), weaving);
        }
    }
}
