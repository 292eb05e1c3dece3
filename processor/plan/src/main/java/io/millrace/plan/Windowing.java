package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.SessionWindows;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.Windows;
import io.millrace.serde.DataType;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the engine's windows of a job's, and says what they are. */
final class Windowing {
    private Windowing() {}

    /** The windows over event times of a type, or null after reporting why there are none. */
    static @Nullable Windows of(Scope scope, JobSpec.Window window, DataType timeType) {
        Text at = window.at();
        try {
            return window instanceof JobSpec.Session session
                    ? new SessionWindows(session.gap().toMillis())
                    : sliced(window, timeType, scope.zone());
        } catch (IllegalArgumentException e) {
            Duration slice = slice(window);
            if (size(window).dividedBy(slice) > SlicedWindows.MAX_SLICES) {
                scope.error(
                        at,
                        "a window of " + Durations.text(size(window)) + ", one every " + Durations.text(slice)
                                + ", overlaps with more than " + SlicedWindows.MAX_SLICES + " others",
                        "make 'every' longer");
            } else {
                scope.error(at, String.valueOf(e.getMessage()), null);
            }
            return null;
        }
    }

    private static SlicedWindows sliced(JobSpec.Window window, DataType timeType, ZoneId zone) {
        SlicedWindows windows;
        if (window instanceof JobSpec.Hopping hopping) {
            windows = SlicedWindows.hopping(
                    hopping.size().toMillis(),
                    hopping.every().toMillis(),
                    hopping.offset().toMillis());
        } else if (window instanceof JobSpec.Cumulating cumulating) {
            windows = SlicedWindows.cumulating(
                    cumulating.max().toMillis(),
                    cumulating.step().toMillis(),
                    cumulating.offset().toMillis());
        } else {
            JobSpec.Tumbling tumbling = (JobSpec.Tumbling) window;
            windows = SlicedWindows.tumbling(
                    tumbling.size().toMillis(), tumbling.offset().toMillis());
        }
        return isZoned(timeType, zone) ? windows.in(zone) : windows;
    }

    /** A TIMESTAMP is what a clock on the wall showed, so it has no zone to be looked at in. */
    static boolean isZoned(DataType timeType, ZoneId zone) {
        return timeType == DataType.Scalar.TIMESTAMP_LTZ && !zone.normalized().equals(ZoneOffset.UTC);
    }

    /**
     * Which columns of final results go with one event time only: the window's end, and its start if all windows with one start end
     * together, as neither cumulating windows nor sessions of different keys do.
     *
     * @param startColumn that of the window's start; its end is in the next one
     */
    static Set<Integer> bounds(JobSpec.Window window, int startColumn) {
        return window instanceof JobSpec.Tumbling || window instanceof JobSpec.Hopping
                ? Set.of(startColumn, startColumn + 1)
                : Set.of(startColumn + 1);
    }

    /** {@code windows of 10m, one every 1m}. */
    static String text(JobSpec.Window window) {
        if (window instanceof JobSpec.Hopping hopping) {
            return "windows of " + Durations.text(hopping.size()) + ", one every " + Durations.text(hopping.every());
        }
        if (window instanceof JobSpec.Cumulating cumulating) {
            return "windows that grow by " + Durations.text(cumulating.step()) + " up to "
                    + Durations.text(cumulating.max());
        }
        if (window instanceof JobSpec.Session session) {
            return "sessions with less than " + Durations.text(session.gap()) + " between rows";
        }
        return "windows of " + Durations.text(((JobSpec.Tumbling) window).size());
    }

    /** {@code slice of 1m}, {@code window of 10m}: what rows are added up in first. */
    static String sliceText(JobSpec.Window window) {
        return (window instanceof JobSpec.Tumbling ? "window of " : "slice of ") + Durations.text(slice(window));
    }

    private static Duration size(JobSpec.Window window) {
        if (window instanceof JobSpec.Hopping hopping) {
            return hopping.size();
        }
        return window instanceof JobSpec.Cumulating cumulating ? cumulating.max() : slice(window);
    }

    private static Duration slice(JobSpec.Window window) {
        if (window instanceof JobSpec.Hopping hopping) {
            return hopping.every();
        }
        if (window instanceof JobSpec.Cumulating cumulating) {
            return cumulating.step();
        }
        return window instanceof JobSpec.Session session ? session.gap() : ((JobSpec.Tumbling) window).size();
    }
}
