package io.millrace.app.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** A rule that a test writes: the next so many requests of a kind meet a fate, all others pass. Thread-safe. */
public final class Script implements Rule {
    private final List<Step> steps = new ArrayList<>();

    /** The next {@code times} requests of this kind. */
    public Step next(int times, ApiKeys api, Fate fate) {
        return next(times, request -> request.api() == api, request -> fate);
    }

    /**
     * The next {@code times} requests of those that fit.
     *
     * @param fate may do something first: the request waits meanwhile, the wire does not
     */
    public synchronized Step next(int times, Predicate<WireRequest> which, Function<WireRequest, Fate> fate) {
        Step step = new Step(times, which, fate);
        steps.add(step);
        return step;
    }

    /** What was not met yet will not be. */
    public synchronized void clear() {
        steps.clear();
    }

    @Override
    public Fate fate(WireRequest request) {
        Step step = take(request);
        return step == null ? Fate.FORWARD : step.meet(request);
    }

    private synchronized @Nullable Step take(WireRequest request) {
        for (Step step : steps) {
            if (step.takes(request)) {
                return step;
            }
        }
        return null;
    }

    /** A part of the script. */
    public static final class Step {
        private final Predicate<WireRequest> which;
        private final Function<WireRequest, Fate> fate;
        private volatile int left;
        private volatile int met;

        private Step(int times, Predicate<WireRequest> which, Function<WireRequest, Fate> fate) {
            this.left = times;
            this.which = which;
            this.fate = fate;
        }

        /** Whether all the requests have come that it was waiting for, and have met their fate. */
        public boolean isDone() {
            return left == 0;
        }

        /** How many have. */
        public int met() {
            return met;
        }

        private boolean takes(WireRequest request) {
            return left > 0 && which.test(request);
        }

        private synchronized Fate meet(WireRequest request) {
            if (left == 0) {
                return Fate.FORWARD;
            }
            Fate decided = fate.apply(request);
            met++;
            left--;
            return decided;
        }
    }
}
