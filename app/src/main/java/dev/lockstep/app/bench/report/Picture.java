package dev.lockstep.app.bench.report;

import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A plot.
 *
 * @param description for those who cannot see it
 */
record Picture(String description, Chart<?, ?> chart) { }
