package dev.lockstep.quant;

import java.lang.foreign.MemorySegment;

/** A weight matrix in panels that lie in several places, each holding a run of them. Immutable. */
public final class PanelRuns implements WeightMatrix {
    private final PanelMatrix[] runs;

    /** @throws IllegalArgumentException if the runs are not all panels of one matrix, one after the other */
    public PanelRuns(PanelMatrix... runs) {
        this.runs = runs.clone();
        long next = 0;
        for (PanelMatrix run : runs) {
            if (!run.layout().equals(runs[0].layout()) || run.firstPanel() != next) {
                throw new IllegalArgumentException("firstPanel=" + run.firstPanel() + " must be " + next + " of the same matrix");
            }
            next = run.endPanel();
        }
        if (next == 0 || next != layout().panels()) {
            throw new IllegalArgumentException("endPanel=" + next + " must be that of the matrix");
        }
    }

    /** How many runs there are. */
    public int count() {
        return runs.length;
    }

    /** Run number {@code i}, from 0, in the order of the panels. */
    public PanelMatrix run(int i) {
        return runs[i];
    }

    @Override
    public PanelLayout layout() {
        return runs[0].layout();
    }

    @Override
    public long decodeScratchBytes() {
        return runs[0].decodeScratchBytes();
    }

    @Override
    public void decodeRow(long row, MemorySegment target, long targetOffset, MemorySegment encoded, MemorySegment scratch) {
        requireRow(row);
        runOf(row / layout().panelRows()).decodeRow(row, target, targetOffset, encoded, scratch);
    }

    /** The run that holds a panel. */
    public PanelMatrix runOf(long panel) {
        int i = 0;
        while (runs[i].endPanel() <= panel) {
            i++;
        }
        return runs[i];
    }
}
