/**
 * The operators of a transformer, and who runs them.
 *
 * <p>{@link dev.lockstep.kernel.Kernels} is the table of operators. There are two implementations: plain Java, which a
 * student can check and which works everywhere, and the Vector API. {@link dev.lockstep.kernel.KernelSelection} picks one
 * once per JVM and says why. All operators read and write off-heap float32 memory that the caller owns, allocate nothing,
 * and keep no state, so they may run on any number of threads.
 *
 * <p>Weights come in {@linkplain dev.lockstep.quant.PanelMatrix panels}: lanes are rows. Each row's sum is therefore
 * formed in column order whatever the vector width, thread count or batch size is.
 */
package dev.lockstep.kernel;
