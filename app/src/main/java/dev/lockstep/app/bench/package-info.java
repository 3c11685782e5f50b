/** Measuring a model: what {@code lockstep bench} does before it prints. */
package dev.lockstep.app.bench;
