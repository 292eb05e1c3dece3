package io.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The table at the end: each number as minimum / median / maximum of the runs, each engine's median as a multiple of Millrace's.
 * Figures that hold the warm-up are marked, and give no multiple.
 */
final class Report {
    private static final String ROW = "%-4s  %-21s  %26s  %20s  %9s  %16s  %16s%n";

    private Report() {}

    static String table(List<Work> works, List<Engine> engines, List<Result> results) {
        StringBuilder table = new StringBuilder();
        table.append(String.format(
                Locale.ROOT,
                ROW,
                "work",
                "engine",
                "events/s",
                "CPU s per M events",
                "x CPU",
                "whole process",
                "broker CPU s/M"));
        for (Work work : works) {
            List<Result> ofWork =
                    results.stream().filter(result -> result.work() == work).toList();
            double base = median(ofWork, Engine.MILLRACE);
            for (Engine engine : engines) {
                List<Result> runs = ofWork.stream()
                        .filter(result -> result.engine() == engine)
                        .toList();
                if (!runs.isEmpty()) {
                    table.append(row(work, engine, runs, base));
                }
            }
        }
        if (!results.stream().allMatch(result -> result.span().warm())) {
            table.append(
                    "* with start-up and warm-up, because too few records were left after them: compares nothing\n");
        }
        return table.toString();
    }

    private static String row(Work work, Engine engine, List<Result> runs, double base) {
        double[] cpu = sorted(runs, Span::cpuSecondsPerMillion);
        boolean warm = isWarm(runs);
        String factor = !warm || Double.isNaN(base) ? "" : String.format(Locale.ROOT, "%.2f", middle(cpu) / base);
        return String.format(
                Locale.ROOT,
                ROW,
                work.letter(),
                engine.label() + (warm ? "" : " *"),
                range("%,.0f", sorted(runs, Span::eventsPerSecond)),
                range("%.2f", cpu),
                factor,
                range("%.1f", sorted(runs, Span::wholeCpuSecondsPerMillion)),
                range("%.1f", sorted(runs, Span::brokerCpuSecondsPerMillion)));
    }

    private static double median(List<Result> results, Engine engine) {
        List<Result> runs =
                results.stream().filter(result -> result.engine() == engine).toList();
        return runs.isEmpty() || !isWarm(runs) ? Double.NaN : middle(sorted(runs, Span::cpuSecondsPerMillion));
    }

    private static boolean isWarm(List<Result> runs) {
        return runs.stream().allMatch(result -> result.span().warm());
    }

    private static double[] sorted(List<Result> runs, ToDoubleFunction<Span> figure) {
        double[] figures = runs.stream().map(Result::span).mapToDouble(figure).toArray();
        Arrays.sort(figures);
        return figures;
    }

    private static double middle(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static String range(String format, double[] sorted) {
        return String.format(
                Locale.ROOT,
                format + "/" + format + "/" + format,
                sorted[0],
                middle(sorted),
                sorted[sorted.length - 1]);
    }
}
