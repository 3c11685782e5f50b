package dev.lockstep.loader.internal;

import dev.lockstep.loader.TensorInfo;
import dev.lockstep.quant.DType;
import dev.lockstep.quant.PanelLayout;
import dev.lockstep.quant.PanelMatrix;
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
import java.util.stream.Collectors;

/**
 * Moves tensors out of a private copy into weights, on several threads: each takes a stretch of panels at a time, in the order of
 * the file, and gives up the bytes behind it. Used once.
 */
public final class WeightLoader {
    /** Large enough that taking one costs nothing, small enough that threads end together and the copy shrinks evenly. */
    private static final long STRETCH_BYTES = 4L << 20;

    private final PrivateCopy copy;
    private final SecureArena arena;
    private final int panelRows;
    private final Map<String, MemorySegment> vectors = new HashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Panels {@code from} (inclusive) to {@code to} (exclusive) of a matrix. */
    private record Stretch(Target target, long from, long to) { }

    /** Where a tensor goes: memory is taken when its turn comes, while the copy shrinks, so that both are never there whole. */
    private final class Target {
        final TensorInfo tensor;
        final PanelLayout layout;
        private PanelMatrix matrix;

        Target(TensorInfo tensor) {
            this.tensor = tensor;
            this.layout = new PanelLayout(tensor.type(), tensor.rows(), tensor.columns(), panelRows);
        }

        synchronized PanelMatrix matrix() {
            if (matrix == null) {
                matrix = new PanelMatrix(layout, arena.allocate(layout.allocationBytes()));
            }
            return matrix;
        }
    }

    public WeightLoader(PrivateCopy copy, SecureArena arena, int panelRows) {
        this.copy = copy;
        this.arena = arena;
        this.panelRows = panelRows;
    }

    /** Loads tensors with one or two dimensions, of computable types. */
    public void load(List<TensorInfo> wanted, int threads) {
        List<TensorInfo> inOrder = wanted.stream().sorted(Comparator.comparingLong(TensorInfo::byteOffset)).toList();
        for (TensorInfo tensor : inOrder) {
            if (tensor.shape().size() == 1) {
                vectors.put(tensor.name(), vector(tensor, copy, arena));
                copy.discard(tensor.byteOffset(), tensor.byteSize());
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
    public Map<String, PanelMatrix> matrices() {
        return targets.stream().collect(Collectors.toMap(target -> target.tensor.name(), Target::matrix));
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
        var target = new Target(tensor);
        targets.add(target);
        long step = Math.max(1, STRETCH_BYTES / target.layout.panelBytes());
        for (long panel = 0; panel < target.layout.panels(); panel += step) {
            stretches.add(new Stretch(target, panel, Math.min(panel + step, target.layout.panels())));
        }
    }

    private void workOff(int threads) {
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            helpers.add(Thread.ofPlatform().daemon().name("lockstep-load-" + i).start(this::work));
        }
        work();
        boolean interrupted = false;
        for (Thread helper : helpers) {
            interrupted |= joinUninterruptibly(helper);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException("loading failed", e);
        }
    }

    /** The helpers use the caller's memory, so nothing may cut the wait short. */
    private static boolean joinUninterruptibly(Thread helper) {
        boolean interrupted = false;
        while (helper.isAlive()) {
            try {
                helper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    private void work() {
        try (var scratch = SecureArena.open("weaving scratch")) {
            MemorySegment rows = scratch.allocate(largest(PanelLayout::panelBytes));
            MemorySegment weaving = scratch.allocate(largest(PanelLayout::scratchBytes));
            for (int i = next.getAndIncrement(); i < stretches.size() && failure.get() == null; i = next.getAndIncrement()) {
                weave(stretches.get(i), rows, weaving);
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    private long largest(ToLongFunction<PanelLayout> size) {
        return targets.stream().map(target -> target.layout).mapToLong(size).max().orElse(0);
    }

    private void weave(Stretch stretch, MemorySegment rows, MemorySegment weaving) {
        PanelLayout layout = stretch.target.layout;
        MemorySegment panels = stretch.target.matrix().panels();
        for (long panel = stretch.from; panel < stretch.to; panel++) {
            long from = stretch.target.tensor.byteOffset() + panel * panelRows * layout.rowBytes();
            long count = layout.rowsIn(panel) * layout.rowBytes();
            copy.copy(from, rows, 0, count);
            layout.pack(panel, rows, panels, weaving);
            copy.discard(from, count);
        }
    }
}
