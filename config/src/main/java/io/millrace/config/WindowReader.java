package io.millrace.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the windows of steps. */
final class WindowReader {
    private final Report report;

    WindowReader(Report report) {
        this.report = report;
    }

    /** The step's window; null if it has none, or none that can be read. */
    JobSpec.@Nullable Window windowOrNull(Section step) {
        return step.value("window") instanceof Yaml.Mapping ? read(step.section("window", StepGrammar.WINDOW)) : null;
    }

    private JobSpec.@Nullable Window read(Section window) {
        String kind = StepGrammar.WINDOW.exactlyOneOf().stream()
                .filter(window::has)
                .findFirst()
                .orElse("tumbling");
        Duration size = window.duration(kind);
        if (size == null) {
            return null;
        }
        Text at = ScalarText.standingFor(kind, window.keySpan(kind));
        if (kind.equals("session")) {
            return new JobSpec.Session(at, size);
        }
        Duration every = kind.equals("tumbling") ? size : window.duration("every");
        Duration offset = window.duration("offset");
        if (every == null || offset == null) {
            return null;
        }
        if (size.toMillis() % every.toMillis() != 0) {
            report.error(
                    window.valueSpan("every"),
                    "the size " + Durations.write(size) + " is not a multiple of " + Durations.write(every),
                    nearestDivisor(size, every));
        }
        if (offset.abs().compareTo(size) >= 0) {
            report.error(
                    window.valueSpan("offset"),
                    "the offset must be less than the window's size, which is " + Durations.write(size),
                    null);
        }
        return switch (kind) {
            case "hopping" -> new JobSpec.Hopping(at, size, every, offset);
            case "cumulating" -> new JobSpec.Cumulating(at, size, every, offset);
            default -> new JobSpec.Tumbling(at, size, offset);
        };
    }

    /** The next smaller duration in the same unit that divides the size. */
    private static @Nullable String nearestDivisor(Duration size, Duration every) {
        long unitMs = Durations.unitMs(every);
        long candidateMs = every.toMillis();
        for (int tries = 0; tries < 1_000 && candidateMs > 0; tries++, candidateMs -= unitMs) {
            if (size.toMillis() % candidateMs == 0) {
                return "for example every: " + Durations.write(Duration.ofMillis(candidateMs));
            }
        }
        return null;
    }
}
