package dev.lockstep.app.bench.report;

import dev.lockstep.app.bench.BenchResult;
import dev.lockstep.app.bench.BenchSuite;
import dev.lockstep.kernel.Ceilings;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Speed over arithmetic intensity, below the roof that memory and multipliers make together: Williams, Waterman and Patterson,
 * "Roofline: an insightful visual performance model for multicore architectures", 2009.
 */
final class RooflinePlot {
    /** What good kernels are held to reach of the bandwidth. */
    private static final double GOAL = 0.85;
    private static final String READING = "Both axes are logarithmic. To the right: multiply-adds for each byte of weights that is"
            + " read. Up: multiply-adds per second, all threads together. The roof is what the machine can do at best: its slope is"
            + " reading from memory, its flat part float32 multiply-adds in registers; both were measured in this run. Circles are generating:"
            + " every weight is read for one token, so they lie below the slope, and the dashed line is 85 % of it. Triangles are"
            + " prompts: the longer, the further to the right. They are drawn as if weights were read once per prompt; as long"
            + " prompts are read in batches, what memory sees lies further to the left. Formats that are multiplied as integers can"
            + " rise above the flat part, and models that fit into caches above the slope.";

    private final Ceilings ceilings;
    private final List<BenchResult> runs;
    private final List<String> labels;

    private RooflinePlot(Ceilings ceilings, List<BenchResult> runs, List<String> labels) {
        this.ceilings = ceilings;
        this.runs = runs;
        this.labels = labels;
    }

    /** One plot per number of threads, the most threads first. */
    static Figure figure(BenchSuite suite, List<String> labels) {
        List<Picture> pictures = suite.threads().reversed().stream().map(threads -> new Picture(
                "Roofline with " + counted(threads) + "; the numbers are in the tables",
                new RooflinePlot(suite.ceilings(threads), suite.with(threads), labels).chart())).toList();
        return new Figure("Roofline", READING, pictures);
    }

    private static String counted(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder().width(960).height(560)
                .title(counted(ceilings.threads()))
                .xAxisTitle("multiply-adds per byte of weights").yAxisTitle("GMAC/s").build();
        Plots.style(chart.getStyler());
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        double left = decadeBelow(DoubleStream.concat(DoubleStream.of(ridge()), intensities()).min().orElseThrow());
        double right = decadeAbove(DoubleStream.concat(DoubleStream.of(ridge()), intensities()).max().orElseThrow());
        double bottom = decadeBelow(DoubleStream.concat(DoubleStream.of(GOAL * left * ceilings.readBandwidthGBs()), speeds())
                .min().orElseThrow());
        chart.getStyler().setXAxisMin(left).setXAxisMax(right);
        chart.getStyler().setYAxisMin(bottom)
                .setYAxisMax(decadeAbove(DoubleStream.concat(DoubleStream.of(fmaGmacs()), speeds()).max().orElseThrow()));
        roofs(chart, left, right);
        for (int model = 0; model < runs.size(); model++) {
            points(chart, model);
        }
        return chart;
    }

    private void roofs(XYChart chart, double left, double right) {
        double bandwidth = ceilings.readBandwidthGBs();
        roof(chart, Numbers.oneDigit(bandwidth) + " GB/s read, " + Numbers.oneDigit(fmaGmacs()) + " GMAC/s fma",
                new double[] {left, ridge(), right}, new double[] {left * bandwidth, fmaGmacs(), fmaGmacs()}, new BasicStroke(2));
        roof(chart, Numbers.percent(GOAL) + " of reading", new double[] {left, ridge()},
                new double[] {GOAL * left * bandwidth, GOAL * fmaGmacs()},
                new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0));
    }

    private static void roof(XYChart chart, String name, double[] x, double[] y, BasicStroke stroke) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE).setLineColor(Plots.DARK).setLineStyle(stroke);
    }

    private void points(XYChart chart, int model) {
        BenchResult run = runs.get(model);
        List<Double> decodeSpeeds = run.decode().stream().map(run::gmacPerSecond).toList();
        scatter(chart, labels.get(model) + ", decode", run.decode().stream().map(_ -> run.decodeIntensity()).toList(),
                decodeSpeeds, SeriesMarkers.CIRCLE, Plots.color(model));
        scatter(chart, labels.get(model) + ", prefill", run.prefill().stream().map(run::intensity).toList(),
                run.prefill().stream().map(run::gmacPerSecond).toList(), SeriesMarkers.TRIANGLE_UP, Plots.color(model));
    }

    private static void scatter(XYChart chart, String name, List<Double> x, List<Double> y, Marker marker, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        series.setMarker(marker).setMarkerColor(color);
    }

    private double fmaGmacs() {
        return ceilings.fmaGmacsPerCore() * ceilings.threads();
    }

    /** Where slope and flat part meet, in multiply-adds per byte. */
    private double ridge() {
        return fmaGmacs() / ceilings.readBandwidthGBs();
    }

    private DoubleStream intensities() {
        List<Double> all = new ArrayList<>();
        runs.forEach(run -> {
            all.add(run.decodeIntensity());
            run.prefill().forEach(prefill -> all.add(run.intensity(prefill)));
        });
        return all.stream().mapToDouble(Double::doubleValue);
    }

    private DoubleStream speeds() {
        List<Double> all = new ArrayList<>();
        runs.forEach(run -> {
            run.decode().forEach(decode -> all.add(run.gmacPerSecond(decode)));
            run.prefill().forEach(prefill -> all.add(run.gmacPerSecond(prefill)));
        });
        return all.stream().mapToDouble(Double::doubleValue);
    }

    private static double decadeBelow(double value) {
        return Math.pow(10, Math.floor(Math.log10(value)));
    }

    private static double decadeAbove(double value) {
        return Math.pow(10, Math.ceil(Math.log10(value)));
    }
}
