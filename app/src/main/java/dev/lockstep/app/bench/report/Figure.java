package dev.lockstep.app.bench.report;

import java.util.List;

/**
 * Plots that belong together.
 *
 * @param reading how to read them
 * @param pictures may be empty; then {@code reading} says what would draw them
 */
record Figure(String title, String reading, List<Picture> pictures) {
    Figure {
        pictures = List.copyOf(pictures);
    }
}
