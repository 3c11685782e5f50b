package dev.lockstep.app.bench.report;

import dev.lockstep.app.quality.QualityRow;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Size against quality, one point per type, as SVG documents. The lower left is good. */
public final class QualityPlots {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final double MEGA = 1e6;

    /** Empty part of the axes around the points, as a share of what they span. */
    private static final double MARGIN = 0.08;

    /** Five, as there are nine colours: colour and shape together tell 45 types apart. */
    private static final List<Marker> MARKERS = List.of(SeriesMarkers.CIRCLE, SeriesMarkers.DIAMOND, SeriesMarkers.SQUARE,
            SeriesMarkers.TRIANGLE_UP, SeriesMarkers.TRIANGLE_DOWN);

    private QualityPlots() {
    }

    /** Perplexity, which lies close together but for the smallest types: the axis does not begin at 0. */
    public static String perplexity(List<QualityRow> rows) {
        return Svg.of(new Picture("Perplexity over the size of the model, by type; the numbers are in the table", perplexityChart(rows)), "perplexity");
    }

    /** Divergence, which spans powers of ten; a model that is as the original has none and no point. */
    public static String divergence(List<QualityRow> rows) {
        return Svg.of(new Picture("Divergence over the size of the model, by type; the numbers are in the table", divergenceChart(rows)), "divergence");
    }

    private static XYChart perplexityChart(List<QualityRow> rows) {
        XYChart chart = chart("Perplexity", "perplexity", rows, QualityRow::perplexity);
        double least = rows.stream().mapToDouble(QualityRow::perplexity).min().orElseThrow();
        double most = rows.stream().mapToDouble(QualityRow::perplexity).max().orElseThrow();
        double margin = MARGIN * Math.max(most - least, 1e-3 * most);
        chart.getStyler().setYAxisMin(least - margin).setYAxisMax(most + margin);
        return chart;
    }

    private static XYChart divergenceChart(List<QualityRow> rows) {
        XYChart chart = chart("Divergence from the original", "nats per token", rows.stream().filter(row -> row.divergence() > 0).toList(),
                QualityRow::divergence);
        chart.getStyler().setYAxisLogarithmic(true);
        return chart;
    }

    private static XYChart chart(String title, String unit, List<QualityRow> rows, ToDoubleFunction<QualityRow> quality) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("MB").yAxisTitle(unit).build();
        Plots.style(chart.getStyler());
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setXAxisMin(0.0).setXAxisMax((1 + MARGIN) * rows.stream().mapToLong(QualityRow::bytes).max().orElse(0) / MEGA);
        for (int i = 0; i < rows.size(); i++) {
            QualityRow row = rows.get(i);
            chart.addSeries(row.type().name(), new double[] {row.bytes() / MEGA}, new double[] {quality.applyAsDouble(row)})
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter).setMarker(MARKERS.get(i % MARKERS.size())).setMarkerColor(Plots.color(i));
        }
        return chart;
    }
}
