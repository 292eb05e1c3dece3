package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds the mistakes that it is there to find, with the seeds that pass without them. */
class MutationTest {
    private static final int SEEDS = 1_000;

    @ParameterizedTest
    @EnumSource
    void is_found(Mutation mutation) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation.Result result = Simulation.run(seed, mutation.seams());
            if (result.violation() != null) {
                System.out.println(mutation + ": seed " + seed + ": " + result.violation());
                assertThat(Simulation.run(seed).violation())
                        .as("seed %d without the mistake", seed)
                        .isNull();
                return;
            }
        }
        fail("%s is not found by the first %d seeds", mutation, SEEDS);
    }
}
