// SPDX-License-Identifier: Apache-2.0
// Fields of a form: label, hint and fault belong to the field also for those who do not see it. A fault is said when it
// appears.

import type { ComponentChildren, Ref } from 'preact';
import { useId, useState } from 'preact/hooks';
import { t } from '../../i18n';

interface Input {
	name?: string;
	autocomplete?: string;
	autocapitalize?: 'none';
	spellcheck?: boolean;
	maxLength?: number;
	autofocus?: boolean;
	placeholder?: string;
	min?: string;
	max?: string;
	onKeyDown?: (e: KeyboardEvent) => void;
	onKeyUp?: (e: KeyboardEvent) => void;
	onBlur?: () => void;
}

interface FieldProps {
	label: string;
	value: string;
	onValue: (value: string) => void;
	hint?: ComponentChildren;
	fault?: string | null;
	input?: Input;
	inputRef?: Ref<HTMLInputElement>;
	after?: ComponentChildren; // within the frame, behind the text
	type?: 'text' | 'password' | 'search' | 'date' | 'time';
}

export function Field({ label, value, onValue, hint, fault, input, inputRef, after, type = 'text' }: FieldProps) {
	const id = useId();
	const told = [fault && `${id}f`, hint && `${id}h`].filter(Boolean).join(' ');
	return (
		<div class={`field${fault ? ' faulty' : ''}`}>
			<label for={id}>{label}</label>
			<div class="field-frame">
				<input
					{...input}
					ref={inputRef}
					id={id}
					type={type as 'text'} // one of several: the types of Preact know each by itself
					value={value}
					onInput={(e) => onValue(e.currentTarget.value)}
					aria-invalid={fault ? true : undefined}
					aria-describedby={told || undefined}
				/>
				{after}
			</div>
			<div class="field-notes" aria-live="polite">
				{fault && (
					<p class="field-fault" id={`${id}f`}>
						{fault}
					</p>
				)}
				{hint && (
					<p class="field-hint" id={`${id}h`}>
						{hint}
					</p>
				)}
			</div>
		</div>
	);
}

export function PasswordField({ hint, input, ...rest }: FieldProps) {
	const [shown, show] = useState(false);
	const [caps, setCaps] = useState(false);
	const look = (e: KeyboardEvent) => setCaps(e.getModifierState('CapsLock'));
	return (
		<Field
			{...rest}
			type={shown ? 'text' : 'password'}
			hint={
				caps ? (
					<>
						<strong class="field-caps">{t('common.capsLock')}</strong> {hint}
					</>
				) : (
					hint
				)
			}
			input={{
				autocapitalize: 'none',
				spellcheck: false,
				...input,
				onKeyDown: look,
				onKeyUp: look,
				onBlur: () => setCaps(false),
			}}
			after={
				<button type="button" class="field-button" aria-pressed={shown} onClick={() => show(!shown)}>
					{shown ? t('common.hidePassword') : t('common.showPassword')}
				</button>
			}
		/>
	);
}

// A box to tick, its explanation below.
export function Check({
	label,
	hint,
	on,
	onChange,
}: {
	label: string;
	hint?: string;
	on: boolean;
	onChange: (on: boolean) => void;
}) {
	const id = useId();
	return (
		<div class="check">
			<input
				id={id}
				type="checkbox"
				checked={on}
				onChange={(e) => onChange(e.currentTarget.checked)}
				aria-describedby={hint ? `${id}h` : undefined}
			/>
			<label for={id}>{label}</label>
			{hint && <p id={`${id}h`}>{hint}</p>}
		</div>
	);
}

// A setting that takes effect at once.
export function Switch({
	label,
	hint,
	on,
	onChange,
	disabled,
}: {
	label: string;
	hint?: string;
	on: boolean;
	onChange: (on: boolean) => void;
	disabled?: boolean;
}) {
	const id = useId();
	return (
		<div class="switch-row">
			<label for={id}>{label}</label>
			<button
				type="button"
				role="switch"
				class="switch"
				id={id}
				aria-checked={on}
				disabled={disabled}
				aria-describedby={hint ? `${id}h` : undefined}
				onClick={() => onChange(!on)}
			/>
			{hint && <p id={`${id}h`}>{hint}</p>}
		</div>
	);
}

// One of a few, side by side.
export function Choice<V extends string>({
	label,
	value,
	of,
	onChange,
}: {
	label: string;
	value: V;
	of: readonly { value: V; label: string }[];
	onChange: (value: V) => void;
}) {
	const id = useId();
	return (
		<fieldset class="choice">
			<legend>{label}</legend>
			<div class="choice-row">
				{of.map((o) => (
					<label key={o.value}>
						<input type="radio" name={id} checked={o.value === value} onChange={() => onChange(o.value)} />
						<span>{o.label}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}
