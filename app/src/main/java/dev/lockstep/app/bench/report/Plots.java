package dev.lockstep.app.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What all plots have in common: colours, fonts, sizes in pixels. */
public final class Plots {
    /** Of those who see colours in different ways (Okabe and Ito 2008), the yellow left out and greys added. */
    private static final List<Color> COLORS = List.of(new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73),
            new Color(0xCC79A7), new Color(0xE69F00), new Color(0x56B4E9), new Color(0x333333), new Color(0x777777),
            new Color(0xAAAAAA));

    static final Color DARK = new Color(0x222222);
    private static final Color BAR = new Color(0x9CCBEB);
    private static final Color GRID = new Color(0xE4E4E4);
    private static final int HALF_WIDTH = 560;
    private static final int HALF_HEIGHT = 380;
    private static final int LETTERS_THAT_FIT = 46;
    private static final double HEADROOM = 1.15;

    private Plots() {
    }

    /**
     * Checks that letters can be drawn here: their shapes come from fonts of the system.
     *
     * @throws IOException if there are none
     */
    public static void requireFonts() throws IOException {
        // No screen is needed, and where there is one it is none of our business.
        System.setProperty("java.awt.headless", "true");
        try {
            new TextLayout("0", font(Font.PLAIN, 12), new FontRenderContext(null, true, true)).getBounds();
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IOException("plots need the fonts of the system, and there seem to be none; install fontconfig and a font"
                    + " (package fonts-dejavu-core, say)", e);
        }
    }

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** The colour of a model, the same in all plots. */
    static Color color(int model) {
        return COLORS.get(model % COLORS.size());
    }

    /** Light, with thin lines that leave the eye to what was measured. */
    static void style(AxesChartStyler styler) {
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setChartTitleFont(font(Font.BOLD, 14));
        styler.setLegendFont(font(Font.PLAIN, 12));
        styler.setLegendBorderColor(Color.WHITE);
        styler.setAxisTitleFont(font(Font.PLAIN, 13));
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        styler.setMarkerSize(9);
    }

    /** Bars, one per model, with their values written on them. */
    static CategoryChart bars(String title, String unit, List<String> labels, List<Double> values) {
        CategoryChart chart = half(title, "", unit);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAvailableSpaceFill(0.6);
        label(chart);
        fit(chart, values);
        if (labels.stream().mapToInt(String::length).sum() > LETTERS_THAT_FIT) {
            chart.getStyler().setXAxisLabelRotation(30);
        }
        chart.addSeries(unit, labels, values).setFillColor(BAR);
        return chart;
    }

    /** Lines over a few numbers that lie evenly spaced, whatever they are; add series with {@link #line}. */
    static CategoryChart lines(String title, String xTitle, String unit, List<Double> values) {
        CategoryChart chart = half(title, xTitle, unit);
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        // Else each line is moved a little to the side, as bars are.
        chart.getStyler().setOverlapped(true);
        fit(chart, values);
        return chart;
    }

    static void line(CategoryChart chart, String label, int model, List<Integer> x, List<Double> y) {
        CategorySeries series = chart.addSeries(label, x.stream().map(String::valueOf).toList(), y);
        series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color(model)).setLineColor(color(model)).setLineWidth(2);
    }

    private static CategoryChart half(String title, String xTitle, String yTitle) {
        CategoryChart chart = new CategoryChartBuilder().width(HALF_WIDTH).height(HALF_HEIGHT).title(title).xAxisTitle(xTitle)
                .yAxisTitle(yTitle).build();
        style(chart.getStyler());
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        return chart;
    }

    /** Writes values on bars: dark on light, to be read where a bar is lower than its label, too. */
    private static void label(CategoryChart chart) {
        chart.getStyler().setLabelsVisible(true);
        chart.getStyler().setLabelsPosition(0.5);
        chart.getStyler().setLabelsFontColorAutomaticEnabled(false);
        chart.getStyler().setLabelsFontColor(DARK);
        chart.getStyler().setLabelsFont(font(Font.BOLD, 12));
    }

    /** From zero, or differences look larger than they are, to a little above the largest. */
    private static void fit(CategoryChart chart, List<Double> values) {
        double largest = values.stream().max(Double::compare).orElseThrow();
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(Math.max(largest, Double.MIN_NORMAL) * HEADROOM);
        chart.getStyler().setDecimalPattern(largest < 10 ? "0.00" : largest < 100 ? "0.0" : "0");
    }
}
